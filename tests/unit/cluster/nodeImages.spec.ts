import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { buildImages, imageNames, noDebian } from "../../../tools/cluster/real/images";
import { readImage } from "../../../tools/cluster/real/images/description";
import { fullReference } from "../../../tools/cluster/real/images/layout";
import { root as project } from "../../support/folders";
import { Sandbox } from "../../support/sandbox";

interface Descriptor {
  readonly digest: string;
  readonly size: number;
  readonly annotations: Readonly<Record<string, string>>;
}

describe("the images of the node", () => {
  const sandbox = new Sandbox();
  let lines: string[] = [];

  beforeEach(() => {
    lines = [];
    sandbox.setenv({ XDG_CACHE_HOME: sandbox.path("cache") });
    describeImage("names: [redis:7, 'example.org/a/b:1']\nbinaries: { server: /bin/server }");
    sandbox.write(`${images}/app/rootfs/etc/app.conf`, "first\n");
    sandbox.write(`${images}/app/rootfs/etc/__pycache__/left.pyc`, "not copied\n");
    sandbox.write("server", "a program\n");
  });

  const images = "tools/cluster/real/images";
  const root = (): string => sandbox.path(".");
  const describeImage = (text: string): string =>
    sandbox.write(`${images}/app/image.yaml`, `${text}\n`);
  const build = (): Promise<string> =>
    buildImages({
      root: root(),
      binaries: { server: sandbox.path("server") },
      progress: (line) => lines.push(line),
    });
  const cached = (...names: readonly string[]): readonly string[] =>
    readdirSync(sandbox.path("cache", "stackberth", "images", ...names));

  const json = (layout: string, name: string): unknown =>
    JSON.parse(readFileSync(join(layout, name), "utf8"));
  const index = (layout: string): readonly Descriptor[] =>
    (json(layout, "index.json") as { manifests: Descriptor[] }).manifests;
  const blob = (layout: string, { digest }: Descriptor): string =>
    join(layout, "blobs", "sha256", digest.replace("sha256:", ""));

  /** The config and the layers of the first image. */
  function first(layout: string): { config: Record<string, unknown>; layers: Descriptor[] } {
    const [descriptor] = index(layout);
    assert.ok(descriptor);
    const manifest = JSON.parse(readFileSync(blob(layout, descriptor), "utf8")) as {
      config: Descriptor;
      layers: Descriptor[];
    };
    const config = readFileSync(blob(layout, manifest.config), "utf8");
    return { config: JSON.parse(config) as Record<string, unknown>, layers: manifest.layers };
  }

  it("are an OCI layout: each blob under its digest, each image under each full name", async () => {
    describeImage(
      "names: [redis:7, 'example.org/a/b:1']\nbinaries: { server: /bin/server }\nuser: '7'\n" +
        "env: { A: b }\nworkdir: /data\nentrypoint: [/bin/server]\ncmd: [run]\n" +
        "folders: { /data: { owner: 999, mode: '0770' } }",
    );
    const layout = await build();
    assert.deepEqual(json(layout, "oci-layout"), { imageLayoutVersion: "1.0.0" });
    const blobs = readdirSync(join(layout, "blobs", "sha256"));
    for (const name of blobs) {
      const content = readFileSync(join(layout, "blobs", "sha256", name));
      assert.equal(createHash("sha256").update(content).digest("hex"), name);
    }
    const names = index(layout).map(
      (each) => each.annotations["org.opencontainers.image.ref.name"],
    );
    assert.deepEqual(names, ["docker.io/library/redis:7", "example.org/a/b:1"]);
    const { config, layers } = first(layout);
    assert.deepEqual(config["config"], {
      User: "7",
      Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "A=b"],
      WorkingDir: "/data",
      Entrypoint: ["/bin/server"],
      Cmd: ["run"],
    });
    const digests = layers.map(({ digest }) => digest);
    assert.deepEqual(config["rootfs"], { type: "layers", diff_ids: digests });
    for (const layer of layers) assert.equal(statSync(blob(layout, layer)).size, layer.size);
  });

  it("hold own files, programs and folders with their owners and modes, and nothing else", async () => {
    describeImage(
      "names: [app:1]\nbinaries: { server: /bin/server }\nfolders: { /data: { owner: 999, mode: '0770' } }",
    );
    const layout = await build();
    const [layer] = first(layout).layers;
    assert.ok(layer);
    const listed = execFileSync("tar", ["--numeric-owner", "-tvf", blob(layout, layer)], {
      encoding: "utf8",
    });
    const entries = listed
      .trim()
      .split("\n")
      .map((line) => line.split(/\s+/))
      .map(([mode, owner, , , , path]) => `${mode} ${owner} ${path}`);
    assert.deepEqual(entries, [
      "drwxr-xr-x 0/0 ./",
      "drwxr-xr-x 0/0 ./bin/",
      "-rwxr-xr-x 0/0 ./bin/server",
      "drwxr-xr-x 0/0 ./data/",
      "drwxr-xr-x 0/0 ./etc/",
      "-rw-r--r-- 0/0 ./etc/app.conf",
      "drwxrwx--- 999/999 ./data/",
    ]);
  });

  it("are built once: a second build does nothing, a change makes another layout beside", async () => {
    const before = await build();
    assert.ok(lines.length > 0);
    lines = [];
    assert.equal(await build(), before);
    assert.deepEqual(lines, []);
    sandbox.write(`${images}/app/rootfs/etc/app.conf`, "second\n");
    assert.notEqual(await build(), before);
    assert.ok(existsSync(before));
    assert.equal(cached("layers").length, 2);
    sandbox.write("server", "another program\n");
    await build();
    assert.equal(cached("layers").length, 3);
  });

  /** More images beside the first. */
  function describeMore(contents: Readonly<Record<string, string>>): void {
    for (const [name, content] of Object.entries(contents)) {
      sandbox.write(`${images}/${name}/image.yaml`, `names: [${name}:1]\n`);
      sandbox.write(`${images}/${name}/rootfs/etc/app.conf`, content);
    }
  }
  const begun = (): number => lines.filter((line) => line.startsWith("building ")).length;

  it("that share a layer build it once, side by side too", async () => {
    describeImage("names: [app:1]");
    describeMore({ b: "first\n", c: "first\n", d: "other\n" });
    const layout = await build();
    assert.equal(index(layout).length, 4);
    assert.equal(begun(), 2);
    assert.equal(cached("layers").length, 2);
  });

  it("begin no more once one has failed", async () => {
    sandbox.script("bin/tar", "exit 1");
    sandbox.setenv({ PATH: `${sandbox.path("bin")}:${process.env["PATH"] ?? ""}` });
    describeMore({ b: "b\n", c: "c\n", d: "d\n" });
    await assert.rejects(build(), /tar/);
    assert.equal(begun(), 2);
  });

  it("leave nothing half when a build is killed, and the next one is whole", async () => {
    // The kill comes when half of the layer is written.
    sandbox.script("bin/tar", `for each; do last=$each; done; echo half > "$last"; kill -9 $PPID`);
    const program = `
      const { buildImages } = require(${JSON.stringify(join(project, images))});
      const binaries = { server: ${JSON.stringify(sandbox.path("server"))} };
      buildImages({ root: ${JSON.stringify(root())}, binaries, progress: () => {} });`;
    const loader = join(project, "tools", "cli", "loader.cjs");
    const { signal } = spawnSync(process.execPath, ["-r", loader, "-e", program], {
      env: { ...process.env, PATH: `${sandbox.path("bin")}:${process.env["PATH"]}` },
    });
    assert.equal(signal, "SIGKILL");
    assert.deepEqual(cached("layers"), []);
    assert.ok(cached().some((name) => name.startsWith("partial-")));
    const layout = await build();
    assert.ok(!cached().some((name) => name.startsWith("partial-")));
    assert.equal(first(layout).layers.length, 1);
  });

  const wrong: Readonly<Record<string, readonly [text: string, message: RegExp]>> = {
    "an unknown key": [
      "names: [a:1]\nentrypiont: [a]",
      /^app\/image\.yaml:entrypiont: unknown key/,
    ],
    "a name without a tag": [
      "names: [redis]",
      /^app\/image\.yaml:names\[0\]: got "redis"; allowed/,
    ],
    "no name": ["packages: []", /^app\/image\.yaml:names: is missing/],
    "a release that is not known": [
      "names: [a:1]\nsuite: sid",
      /^app\/image\.yaml:suite: got "sid"; must be one of bookworm, trixie/,
    ],
    "a relative path": ["names: [a:1]\nworkdir: app", /^app\/image\.yaml:workdir: got "app"/],
    "an owner that is a name": [
      "names: [a:1]\nfolders: { /data: { owner: redis } }",
      /^app\/image\.yaml:folders\.\/data\.owner: got "redis"; must be a /,
    ],
    "a program that the caller lacks": [
      "names: [a:1]\nbinaries: { other: /other }",
      /^app\/image\.yaml:binaries\.other: the caller names no such program/,
    ],
  };
  for (const [what, [text, message]] of Object.entries(wrong)) {
    it(`refuse ${what}, by its key, before anything is built`, async () => {
      describeImage(text);
      await assert.rejects(build(), { name: "UserError", message });
      assert.ok(!existsSync(sandbox.path("cache", "stackberth", "images", "layers")));
    });
  }

  it("refuse Python packages without Python", async () => {
    describeImage("names: [a:1]\npackages: [procps]");
    sandbox.write(`${images}/app/requirements.txt`, "flask==3.0.0\n");
    await assert.rejects(build(), /^UserError: app\/image\.yaml:packages: must have python3/);
  });

  it("have names that are completed as a container runtime does", () => {
    const full = ["redis:7", "a/b:1", "localhost/a:1", "host:5000/a:1", "ghcr.io/a/b:main"];
    assert.deepEqual(full.map(fullReference), [
      "docker.io/library/redis:7",
      "docker.io/a/b:1",
      "localhost/a:1",
      "host:5000/a:1",
      "ghcr.io/a/b:main",
    ]);
  });

  it("of this project are all described rightly, and pin every Python package", () => {
    assert.ok(imageNames(project).length > 0);
    for (const name of imageNames(project)) {
      const { requirements = "" } = readImage(project, name);
      const packages = requirements.split("\n").filter((line) => !/^(#.*)?$/.test(line));
      for (const line of packages) assert.match(line, /^[\w.-]+==[0-9a-z.]+$/, name);
    }
  });

  it("with Debian packages say what the machine lacks", async function () {
    if (noDebian() === undefined) this.skip();
    describeImage("names: [a:1]\npackages: []");
    await assert.rejects(build(), /an image with Debian packages needs /);
  });
});
