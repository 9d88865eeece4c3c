import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { mock } from "node:test";
import { setImmediate as immediate } from "node:timers/promises";
import { UserError } from "../../lib/errors";
import {
  builtPath,
  ensureBuilt,
  isBuilt,
  isOlder,
  type Program,
  programs,
  sourcesOf,
} from "../../tools/toolchain";
import { FakeGo } from "../support/fakeGo";
import { root as projectRoot } from "../support/folders";
import { Sandbox } from "../support/sandbox";

const alpha: Program = {
  name: "alpha",
  version: "v1.2.3",
  variables: { "main.version": "1.2.3" },
  cpuSeconds: 600,
};
/** Another program, whose name begins with the first one's. */
const second: Program = { ...alpha, name: "alpha-two", package: "example.org/two" };

describe("the toolchain", () => {
  const sandbox = new Sandbox();
  const go = new FakeGo(sandbox);
  const root = (): string => sandbox.path("project");
  let lines: string[] = [];

  beforeEach(() => {
    lines = [];
    sandbox.setenv({ XDG_CACHE_HOME: sandbox.path("cache") });
    for (const { name } of [alpha, second]) {
      sandbox.write(`project/toolchain/${name}/go.mod`, `module ${name}\n\ngo 1.26.8\n`);
    }
    change("package main\n");
    go.install();
  });

  const change = (text: string, file = "main.go"): string =>
    sandbox.write(`project/toolchain/alpha/${file}`, text);

  const build = (...needed: readonly Program[]): Promise<readonly string[]> =>
    ensureBuilt(needed, { root: root(), progress: (line) => lines.push(line) });

  /** Builds alpha, and returns where it is. */
  const buildAlpha = async (): Promise<string> => (await build(alpha))[0] ?? "";

  const cached = (): readonly string[] =>
    existsSync(sandbox.path("cache")) ? readdirSync(sandbox.path("cache", "stackberth")) : [];

  describe("without a Go that can build", () => {
    const cure =
      /Go 1\.26\.8 or newer: .*\nInstall it from https:\/\/go\.dev\/dl\/.*toolchain -- install/;

    /** Fails to build, for this reason, and says what to do. */
    async function refuses(reason: RegExp): Promise<void> {
      await assert.rejects(build(alpha), (error) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, cure);
        assert.match(error.message, reason);
        return true;
      });
      assert.deepEqual([go.builds, lines, cached()], [[], [], []]);
    }

    it("says where to get one", async () => {
      sandbox.setenv({ PATH: sandbox.path("nothing") });
      await refuses(/there is no `go` command on PATH\./);
    });

    it("says that it is old", async () => {
      go.install({ version: "go1.26.7" });
      await refuses(/the `go` command here is go1\.26\.7\./);
    });

    it("says what an old one says itself", async () => {
      sandbox.script(
        "go/go",
        'echo "go: go.mod requires go >= 1.26.8 (running go 1.20)" >&2; exit 1',
      );
      await refuses(/newer: go\.mod requires go >= 1\.26\.8 \(running go 1\.20\)\./);
    });

    it("still works with what is already built", async () => {
      const path = await buildAlpha();
      sandbox.setenv({ PATH: sandbox.path("nothing") });
      assert.equal(await buildAlpha(), path);
    });
  });

  describe("a build", () => {
    it("runs once per digest, with the version that the program reports", async () => {
      assert.equal(isBuilt(root(), alpha), false);
      const [path = "", other = ""] = await build(alpha, second);
      assert.match(basename(path), /^alpha-[0-9a-f]{16}$/);
      assert.equal(readFileSync(path, "utf8"), "built\n");
      assert.equal(path, builtPath(root(), alpha));
      const digest = path.slice(-16);
      assert.equal(go.builds.length, 2);
      assert.ok(go.builds[0]?.includes(`-X main.build=${digest} -X main.version=1.2.3 -o`));
      assert.match(go.builds[0] ?? "", / \.$/);
      assert.match(go.builds[1] ?? "", / example\.org\/two$/);
      assert.deepEqual(await build(second, alpha), [other, path]);
      assert.equal(go.builds.length, 2);
    });

    it("is made anew when anything changes that goes into it, and for nothing else", async () => {
      const seen = [await buildAlpha()];
      const same = (what: string): void =>
        assert.equal(builtPath(root(), alpha), seen.at(-1), what);
      const other = (what: string): void => {
        const path = builtPath(root(), alpha);
        assert.ok(!seen.includes(path), what);
        seen.push(path);
      };
      for (const file of ["main_test.go", "README.md", "internal/x_test.go"]) {
        change("package main // tests\n", file);
        same(file);
      }
      for (const file of ["main.go", "internal/x.go", "go.sum", "schema.json", "node.yaml"]) {
        change("changed\n", file);
        other(file);
      }
      change("module alpha\n\ngo 1.27\n", "go.mod");
      other("go.mod");
      const path = builtPath(root(), { ...alpha, variables: {} });
      assert.ok(!seen.includes(path), "variables");
      assert.equal(isBuilt(root(), alpha), false);
      await build(alpha);
      assert.equal(go.builds.length, 2);
    });

    it("leaves nothing behind if it does not compile, and says why", async () => {
      go.install({ build: 'printf ha > "$output"; echo "main.go:3: undefined: x" >&2; exit 1' });
      await assert.rejects(build(alpha), {
        name: "UserError",
        message: "alpha does not compile:\nmain.go:3: undefined: x",
      });
      assert.deepEqual(cached(), []);
      go.install();
      assert.equal(readFileSync(await buildAlpha(), "utf8"), "built\n");
    });

    it("does not count if it was killed halfway", async () => {
      sandbox.write(`cache/stackberth/${basename(builtPath(root(), alpha))}.7.partial`, "ha");
      assert.equal(isBuilt(root(), alpha), false);
      assert.equal(readFileSync(await buildAlpha(), "utf8"), "built\n");
    });

    it("stays as one of the three that were used last; other programs' stay", async () => {
      const [other = ""] = await build(second);
      const sources = ["1", "2", "3"];
      const paths: string[] = [];
      for (const text of sources) {
        change(text);
        paths.push(await buildAlpha());
      }
      // The first is used again, so that it is the second that goes.
      change("1");
      assert.equal(await buildAlpha(), paths[0]);
      change("4");
      const kept = [await buildAlpha(), paths[0], paths[2], other];
      assert.deepEqual(new Set(cached()), new Set(kept.map((path) => basename(path ?? ""))));
    });

    describe("that takes a while", () => {
      beforeEach(() => mock.timers.enable({ apis: ["setInterval", "Date"] }));
      afterEach(() => mock.timers.reset());

      it("says what is built, how long that takes, and appears only once it is whole", async () => {
        const [started, finish] = [sandbox.path("started"), sandbox.path("finish")];
        const waits = `until [ -e "${finish}" ]; do /bin/sleep 0.02; done`;
        go.install({
          build: `printf ha > "$output"; echo > "${started}"; ${waits}; echo built > "$output"`,
        });
        let isOver = false;
        const building = buildAlpha().finally(() => (isOver = true));
        try {
          while (!existsSync(started) && !isOver) await immediate();
          assert.deepEqual(lines, [
            "building alpha v1.2.3, once: about 5 min on 2 cores with empty caches",
          ]);
          for (const _ of [1, 2]) mock.timers.tick(15_000);
          assert.deepEqual(lines.slice(1), ["building alpha: 15 s", "building alpha: 30 s"]);
          assert.equal(isBuilt(root(), alpha), false);
        } finally {
          sandbox.write("finish", "");
        }
        assert.equal(readFileSync(await building, "utf8"), "built\n");
        assert.deepEqual(lines.slice(3), ["built alpha in 30 s"]);
        mock.timers.tick(15_000);
        assert.equal(lines.length, 4);
      });
    });

    it("says which of several it is, of those alone that are not built yet", async () => {
      await build(alpha, second);
      const said = lines.map((line) => line.replace(/, once.*empty caches| in \d+ s/, ""));
      assert.deepEqual(said, [
        "building alpha v1.2.3 (1 of 2)",
        "built alpha (1 of 2)",
        "building alpha-two v1.2.3 (2 of 2)",
        "built alpha-two (2 of 2)",
      ]);
      lines = [];
      change("changed\n");
      await build(alpha, second);
      assert.equal(lines.length, 2);
      assert.ok(lines.every((line) => line.includes("alpha") && !line.includes(" of ")));
    });
  });

  it("compares versions by numbers", () => {
    const cases: readonly [string, string, boolean][] = [
      ["1.26.8", "1.26.8", false],
      ["1.26.10", "1.26.8", false],
      ["1.9", "1.26", true],
      ["1.27rc1", "1.26.8", false],
      ["2", "1.26.8", false],
      ["1.26", "1.26.0", false],
      ["v3.259.9", "3.260.0", true],
    ];
    for (const [found, needed, older] of cases) {
      assert.equal(isOlder(found, needed), older, `${found} older than ${needed}`);
    }
  });

  it("has the sources of every program that it lists", () => {
    for (const program of programs) {
      assert.ok(existsSync(`${sourcesOf(projectRoot, program)}/go.mod`), program.name);
    }
  });
});
