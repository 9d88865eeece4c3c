import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../support/stackberth";

describe("a command's start", function () {
  this.timeout(60_000);
  let home = "";

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "start-"));
  });
  afterEach(() => rmSync(home, { recursive: true }));

  /** Runs a command with another folder for its state. */
  function start(state: string, command: string, nodeOptions = "") {
    const env = { ...process.env, STACKBERTH_HOME: state, NODE_OPTIONS: nodeOptions };
    const argv = ["tools/cli/start.cjs", command];
    return spawnSync(process.execPath, argv, { cwd: root, env, encoding: "utf8" });
  }

  it("keeps compiled code with the rest of its state, where Node can", () => {
    assert.equal(start(home, "cluster").status, 2);
    assert.equal(existsSync(join(home, "compile-cache")), enableCompileCache !== undefined);
  });

  it("says where in the source an error that is a bug comes from, where Node is asked to", () => {
    const file = join(home, "file");
    writeFileSync(file, "not a folder, which nobody expects");
    const plain = start(file, "up");
    assert.equal(plain.status, 1);
    assert.match(plain.stderr, /\(NODE_OPTIONS=--enable-source-maps shows/);
    const { stderr } = start(file, "up", "--enable-source-maps");
    const line = Number(/tools\/pulumi\/engine\.ts:(\d+):\d+/.exec(stderr)?.[1]);
    const source = readFileSync(join(root, "tools", "pulumi", "engine.ts"), "utf8").split("\n");
    assert.match(source[line - 1] ?? "", /mkdirSync\(dirname/, stderr);
    assert.deepEqual(readdirSync(home), ["file"]);
  });
});
