import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import { UserError } from "../../../lib/errors";
import { binFolder, findEngine, installFolder, ownEngine } from "../../../tools/pulumi/engine";
import { builtPath, kubernetesProvider, pulumi } from "../../../tools/toolchain";
import { FakeGo } from "../../support/fakeGo";
import { Sandbox } from "../../support/sandbox";

describe("Pulumi's engine", () => {
  const sandbox = new Sandbox();
  const go = new FakeGo(sandbox);
  const root = (): string => sandbox.path("project");
  let lines: string[] = [];

  beforeEach(() => {
    lines = [];
    for (const name of ["", "-language-nodejs", "-resource-kubernetes", "-resource-random"]) {
      sandbox.write(`project/toolchain/pulumi${name}/go.mod`, "module x\n\ngo 1.26.8\n");
    }
    for (const name of ["kubernetes", "random"]) {
      const version = name === "random" ? "4.8.7" : "4.99.1";
      sandbox.write(
        `project/node_modules/@pulumi/${name}/package.json`,
        `{"version":"${version}"}`,
      );
    }
    sandbox.setenv({
      PATH: sandbox.path("nothing"),
      STACKBERTH_HOME: sandbox.path("state"),
      XDG_CACHE_HOME: sandbox.path("cache"),
      PULUMI_HOME: undefined,
    });
  });

  /** Puts a `pulumi` that says this version of itself into a folder. @returns the folder */
  function install(folder: string, version: string): string {
    sandbox.script(`${folder}/pulumi`, `[ "$1" = version ] && echo ${version}`);
    return sandbox.path(folder);
  }

  /** What is found with these folders on PATH. */
  function findIn(folders: readonly string[], ...parts: Parameters<typeof findEngine>[0]["parts"]) {
    const fakeGo = process.env["PATH"] ?? "";
    sandbox.setenv({ PATH: [...folders, fakeGo].join(":") });
    return findEngine({ root: root(), parts, progress: (line) => lines.push(line) });
  }

  describe("of the user's own", () => {
    it("is taken if it is new enough, and nothing is built", async () => {
      go.install();
      const folder = install("own", "v3.260.0");
      const found = await findIn([sandbox.path("nothing"), folder], "kubernetes", "nodejs");
      const { env, ...engine } = found;
      assert.deepEqual(engine, {
        command: `${folder}/pulumi`,
        version: "3.260.0",
        own: true,
        title: `Pulumi 3.260.0 (at ${folder}/pulumi)`,
      });
      assert.ok(env["PATH"]?.startsWith(`${folder}:`));
      assert.equal(env["PULUMI_HOME"], undefined, "where plugins come from is its own affair");
      assert.deepEqual([go.builds, lines], [[], []]);
      for (const name of ["cache", "state"]) assert.ok(!existsSync(sandbox.path(name)), name);
    });

    it("is refused if it is too old, with what to do about it", async () => {
      go.install();
      const folder = install("own", "v3.259.9");
      await assert.rejects(findIn([folder], "kubernetes"), (error) => {
        assert.ok(error instanceof UserError);
        assert.ok(
          error.message.startsWith(
            `${folder}/pulumi is version 3.259.9; this project needs 3.260.0`,
          ),
        );
        assert.match(error.message, /Update it \(https:.*\), or take it off PATH/);
        return true;
      });
      assert.deepEqual(go.builds, []);
    });

    it("is the first that can be run", async () => {
      mkdirSync(sandbox.path("folder", "pulumi"), { recursive: true });
      sandbox.write("text/pulumi", "no program");
      const folders = ["folder", "text"].map((name) => sandbox.path(name));
      const { command } = await findIn([
        ...folders,
        install("own", "v3.300.0"),
        install("b", "v1"),
      ]);
      assert.equal(command, sandbox.path("own", "pulumi"));
    });

    it("may be one that was downloaded for this checkout, after what is on PATH", async () => {
      install("state/pulumi-cli/bin", "v3.301.0");
      const installed = await ownEngine(root());
      assert.equal(installed?.root, installFolder(root()));
      assert.equal(installed?.title, "Pulumi 3.301.0 (installed here)");
      const { version } = await findIn([install("own", "v3.300.0")]);
      assert.equal(version, "3.300.0");
    });

    it("is never the one that is built here, which a shell may have on PATH", async () => {
      install("state/bin", "v3.276.0");
      sandbox.setenv({ PATH: binFolder(root()) });
      assert.equal(await ownEngine(root()), undefined);
      const { command } = await findIn([binFolder(root()), install("own", "v3.300.0")]);
      assert.equal(command, sandbox.path("own", "pulumi"));
    });
  });

  describe("that is built", () => {
    /** What a link in the state folder leads to. */
    const linked = (...names: readonly string[]): string =>
      readlinkSync(sandbox.path("state", ...names));

    it("is where a shell finds it, with the plugins that were asked for", async () => {
      go.install();
      const found = await findIn([], "kubernetes", "nodejs");
      const built = builtPath(root(), pulumi);
      assert.equal(linked("bin", "pulumi"), built);
      assert.equal(readFileSync(found.command, "utf8"), "built\n");
      assert.match(
        linked("host", "pulumi-language-nodejs"),
        /pulumi-language-nodejs-[0-9a-f]{16}$/,
      );
      const host = readFileSync(sandbox.path("state", "bin", "pulumi-language-nodejs"), "utf8");
      assert.ok(host.includes(`'${sandbox.path("state", "host", "pulumi-language-nodejs")}' "$@"`));
      // As the version that the SDK asks for, whatever the revision that it is built from.
      const plugin = "resource-kubernetes-v4.99.1";
      assert.equal(
        linked("pulumi-home", "plugins", plugin, "pulumi-resource-kubernetes"),
        builtPath(root(), kubernetesProvider),
      );
      assert.ok(
        !existsSync(sandbox.path("state", "pulumi-home", "plugins", "resource-random-v4.8.7")),
      );
      assert.equal(go.builds.length, 3);
      assert.match(lines[0] ?? "", /^building pulumi v.*\(1 of 3\)$/);
    });

    it("says what it is, and has what keeps it off the network", async () => {
      go.install();
      const { env, own, root: place, title, version } = await findIn([], "kubernetes");
      const [bin = ""] = (env["PATH"] ?? "").split(":");
      assert.deepEqual(
        { own, place, bin, home: env["PULUMI_HOME"] },
        {
          own: false,
          place: sandbox.path("state"),
          bin: binFolder(root()),
          home: sandbox.path("state", "pulumi-home"),
        },
      );
      assert.equal(env["PULUMI_SKIP_UPDATE_CHECK"], "true");
      assert.equal(env["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"], "true");
      const provider = kubernetesProvider.version.slice(1);
      assert.equal(
        title,
        `Pulumi ${version} with its Kubernetes provider ${provider} (built here)`,
      );
    });

    it("keeps its plugins where the user wants them", async () => {
      go.install();
      sandbox.setenv({ PULUMI_HOME: sandbox.path("own-home") });
      const { env } = await findIn([], "random");
      assert.equal(env["PULUMI_HOME"], sandbox.path("own-home"));
      const plugin = ["own-home", "plugins", "resource-random-v4.8.7", "pulumi-resource-random"];
      assert.match(basename(readlinkSync(sandbox.path(...plugin))), /^pulumi-resource-random-/);
    });

    it("is replaced by the next build, and by the user's own", async () => {
      go.install();
      await findIn([]);
      const before = linked("bin", "pulumi");
      sandbox.write("project/toolchain/pulumi/main.go", "package main\n");
      await findIn([]);
      assert.notEqual(linked("bin", "pulumi"), before);
      const { own } = await findIn([install("own", "v3.300.0")]);
      assert.ok(own);
    });

    it("needs Go, or names the alternatives", async () => {
      await assert.rejects(findIn([]), /there is no `go` command.*\n.*toolchain -- install/);
    });
  });
});
