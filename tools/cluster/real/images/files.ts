import { chmod, copyFile, cp, lstat, mkdir, readdir, readlink } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { must } from "../../../toolchain";
import type { Image } from "./description";
import { type Layer, digestOfFile, plainTar } from "./layers";

/** The image's own files, the caller's programs, and folders. */
export async function filesLayer(
  { name, rootfs, folders }: Image,
  binaries: Readonly<Record<string, string>>,
): Promise<Layer> {
  const programs = Object.entries(binaries);
  return {
    what: `the files of ${name}`,
    key: {
      files: rootfs === undefined ? {} : await contentOf(rootfs),
      programs: await Promise.all(
        programs.map(async ([to, from]) => [to, await digestOfFile(from)]),
      ),
      folders,
    },
    make: async (output, work) => {
      if (rootfs !== undefined)
        await cp(rootfs, work, {
          recursive: true,
          verbatimSymlinks: true,
          filter: (path) => isFile(path),
        });
      for (const [to, from] of programs) {
        await mkdir(dirname(join(work, to)), { recursive: true });
        await copyFile(from, join(work, to));
        await chmod(join(work, to), 0o755);
      }
      for (const folder of Object.keys(folders))
        await mkdir(join(work, folder), { recursive: true });
      await must("tar", [...plainTar, "-C", work, "-cf", output, "."]);
      // A second entry for the same folder replaces the first.
      for (const [folder, { owner, mode }] of Object.entries(folders))
        await must("tar", [
          ...[...plainTar, `--owner=${owner}`, `--group=${owner}`, `--mode=${mode}`],
          ...["--no-recursion", "-C", work, "--append", "-f", output, `.${folder}`],
        ]);
    },
  };
}

const isFile = (path: string): boolean => !path.split("/").includes("__pycache__");

/** What goes into a layer from a folder: each file's content, kind and whether it can be run. */
async function contentOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(isFile)
    .sort();
  const pairs = paths.map(async (path) => {
    const found = await lstat(path);
    const content = found.isSymbolicLink()
      ? `link ${await readlink(path)}`
      : `${(found.mode & 0o100) === 0 ? "file" : "program"} ${await digestOfFile(path)}`;
    return [relative(folder, path), content] as const;
  });
  return Object.fromEntries(await Promise.all(pairs));
}
