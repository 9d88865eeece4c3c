import { existsSync } from "node:fs";
import { link, mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isCode, UserError } from "../../../../lib/errors";
import { must, onPath } from "../../../toolchain";
import type { Image } from "./description";
import { type Layer, cacheFolder, ensureLayer, plainTar } from "./layers";

/** The version of Python in each release. */
const pythons: Readonly<Record<Image["suite"], string>> = { bookworm: "3.11", trixie: "3.13" };

/** What no container reads, and what its runtime mounts. */
const left = [
  ...["doc", "doc-base", "info", "lintian", "linda", "locale", "man"].map(
    (name) => `./usr/share/${name}/*`,
  ),
  ...["./var/lib/apt/lists/*", "./var/cache/apt/*", "./var/cache/debconf/*-old", "./var/log/*"],
  ...["./dev/*", "./proc/*", "./sys/*", "./run/*", "./tmp/*"],
];

/** Why no layer of Debian can be built here, or undefined if one can. */
export function noDebian(): string | undefined {
  if (process.getuid?.() !== 0) return "needs root, for debootstrap";
  const tools = ["debootstrap", "unshare", "setpriv", "apt-get"];
  const path = process.env["PATH"] ?? "";
  const missing = tools.filter((tool) => onPath(tool, path) === undefined);
  return missing.length === 0 ? undefined : `needs ${missing.join(", ")}: apt-get install`;
}

/** The minimal system of Debian with some packages. */
export function debianLayer(suite: Image["suite"], packages: readonly string[]): Layer {
  const include = [...new Set(packages)].sort();
  return {
    what: `Debian ${suite} with ${include.length === 0 ? "nothing else" : include.join(", ")}`,
    key: { debian: suite, include, left, arch: process.arch },
    make: async (output, work) => {
      const problem = noDebian();
      if (problem !== undefined) throw new UserError(`an image with Debian packages ${problem}`);
      const [debs, own] = [join(cacheFolder(), "debs"), join(work, "debs")];
      // debootstrap's cache is not for two at once.
      await linkFiles(debs, own);
      const system = join(work, "system");
      // Its mounts are in a namespace of their own, and it dies with this process: nothing can stay behind.
      await must(
        "setpriv",
        [
          ...["--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child"],
          ...["--mount-proc", "debootstrap", "--variant=minbase", `--cache-dir=${own}`],
          ...(include.length === 0 ? [] : [`--include=${include.join(",")}`]),
          ...[suite, system, await mirror()],
        ],
        { DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" },
      );
      await linkFiles(own, debs);
      // Times stay, since Python's compiled files hold those of their sources.
      const options = ["--sort=name", "--numeric-owner", "--format=gnu", "--anchored"];
      await must("tar", [
        ...[...options, ...left.map((pattern) => `--exclude=${pattern}`)],
        ...["-C", system, "-cf", output, "."],
      ]);
    },
  };
}

/** Links the files of one folder into another, which may have some. */
async function linkFiles(from: string, to: string): Promise<void> {
  for (const folder of [from, to]) await mkdir(folder, { recursive: true });
  const linked = (await readdir(from)).map((name) => link(join(from, name), join(to, name)));
  for (const each of await Promise.allSettled(linked))
    if (each.status === "rejected" && !isCode(each.reason, "EEXIST")) throw each.reason;
}

/** The mirror of this machine's apt; it has all releases. */
async function mirror(): Promise<string> {
  const format = "$(REPO_URI) $(RELEASE) $(COMPONENT)";
  const listed = await must("apt-get", [
    ...["indextargets", "--format", format, "Created-By: Packages"],
  ]);
  const names = Object.keys(pythons);
  const found = listed
    .split("\n")
    .find((line) => names.some((suite) => line.endsWith(` ${suite} main`)));
  if (found === undefined)
    throw new UserError(
      `apt has no source for Debian ${names.join(" or ")} main; add one to /etc/apt/sources.list.d`,
    );
  return found.slice(0, found.indexOf(" "));
}

/** Wheels for Debian's Python: pip knows that a platform runs wheels of older ones only for some. */
function platforms(): readonly string[] {
  const machine = process.arch === "arm64" ? "aarch64" : "x86_64";
  const minors = [36, 35, 34, 31, 28, 27, 26, 24, 17, 12, 5];
  const names = [...minors.map((minor) => `manylinux_2_${minor}`), "manylinux2014"];
  return names.map((name) => `--platform=${name}_${machine}`);
}

/** Python packages over a system, in `/usr/local`, with their programs. */
export function pythonLayer(
  { name: image, suite }: Pick<Image, "name" | "suite">,
  requirements: string,
  base: Layer,
  progress: (line: string) => void,
): Layer {
  const python = pythons[suite];
  return {
    what: `the Python packages of ${image}`,
    key: { requirements, suite, python, arch: process.arch },
    make: async (output, work) => {
      const { path } = await ensureLayer(base, progress);
      const system = join(work, "system");
      await mkdir(system);
      await must("tar", ["-C", system, "--numeric-owner", "-xpf", path]);
      const list = join(work, "requirements.txt");
      await writeFile(list, requirements);
      // Streamlit takes any other folder for its own sources, and starts in development mode.
      const local = join(system, "usr", "local");
      const packages = `/usr/local/lib/python${python}/dist-packages`;
      const target = join(system, packages);
      await must("python3", [
        ...["-m", "pip", "install", "--quiet", "--no-deps", "--no-compile", "--requirement", list],
        ...["--target", target, "--only-binary=:all:", "--implementation=cp", ...platforms()],
        `--python-version=${python}`,
      ]);
      await moveScripts(join(target, "bin"), join(local, "bin"));
      // Files get one time in the layer, so the compiled ones must not look at it.
      const compile = ["-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"];
      // Packages may bring files of other versions' syntax, which do not compile.
      await must("chroot", [
        system,
        ...["sh", "-c", 'python3 "$@" > /dev/null || true', "compile", ...compile, packages],
      ]);
      await must("tar", [...plainTar, "-C", system, "-cf", output, "usr/local"]);
    },
  };
}

/** Programs that pip made start the Python that ran it. */
async function moveScripts(from: string, to: string): Promise<void> {
  if (!existsSync(from)) return;
  for (const name of await readdir(from)) {
    const text = await readFile(join(from, name), "latin1");
    const own = text.replace(/^#!.*python.*$/m, "#!/usr/bin/python3");
    if (own !== text) await writeFile(join(from, name), own, "latin1");
    await rename(join(from, name), join(to, name));
  }
}
