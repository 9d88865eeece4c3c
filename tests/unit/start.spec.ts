import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { root } from "../support/stackberth";

/** A line of a stack trace. */
const frame = /^\s+at .*:\d+/m;

describe("a command's start", function () {
  this.timeout(60_000);
  let home = "";

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "start-"));
  });
  afterEach(() => rmSync(home, { recursive: true }));

  /** Runs a command with another folder for its state. */
  function start(state: string, command: string, nodeOptions = "", more: NodeJS.ProcessEnv = {}) {
    const env = { ...process.env, ...more, STACKBERTH_HOME: state, NODE_OPTIONS: nodeOptions };
    const argv = ["tools/cli/start.cjs", command];
    return spawnSync(process.execPath, argv, { cwd: root, env, encoding: "utf8" });
  }

  it("keeps compiled code with the rest of its state, where Node can", () => {
    assert.equal(start(home, "cluster").status, 2);
    assert.equal(existsSync(join(home, "compile-cache")), enableCompileCache !== undefined);
  });

  it("leaves out what only a serialized function needs, until there is one", () => {
    const script = `
      require("./tools/cli/loader.cjs");
      const { runtime } = require("@pulumi/pulumi");
      const compiler = "/typescript/lib/typescript.js";
      const isLoaded = () =>
        Object.values(require.cache).some(({ filename }) => filename?.endsWith(compiler));
      const before = isLoaded();
      runtime.serializeFunction(() => 1).then(({ text }) =>
        console.log(before, isLoaded(), text.includes("exports.handler")));
    `;
    const { stdout, stderr } = spawnSync(process.execPath, ["-e", script], {
      cwd: root,
      encoding: "utf8",
    });
    assert.equal(stdout, "false true true\n", stderr);
  });

  /** Has the state in a file, which nobody expects. */
  function startInFile(more: NodeJS.ProcessEnv = {}): void {
    const file = join(home, "file");
    writeFileSync(file, "not a folder");
    const { status, stderr } = start(file, "up", "", more);
    assert.equal(status, 1);
    assert.match(stderr, /^(ENOTDIR|EEXIST).*; check that it exists/m);
    assert.doesNotMatch(stderr, frame);
    assert.equal(readFileSync(file, "utf8"), "not a folder");
  }

  it("says what the system refuses, without a stack trace", () => startInFile());

  it("says it too where nothing of Pulumi is built", () => {
    const script = '#!/bin/sh\n[ "$1" = version ] && echo v3.276.0\n';
    writeFileSync(join(home, "pulumi"), script, { mode: 0o755 });
    startInFile({ PATH: [home, process.env["PATH"]].join(delimiter) });
  });

  it("explains what no command awaits, and shows where in the source it comes from if asked", () => {
    const preload = join(home, "preload.cjs");
    const bug = "{ throw new RangeError('boom') }";
    const when = "(event) => { if (event === 'uncaughtException') process.nextTick(() => BUG) }";
    writeFileSync(preload, `process.on("newListener", ${when.replace("BUG", bug)});`);
    const plain = start(home, "cluster", `--require=${preload}`);
    assert.equal(plain.status, 1);
    assert.match(plain.stderr, /^internal error: RangeError: boom\nThis is a bug: please report/m);
    assert.doesNotMatch(plain.stderr, frame);
    const traced = start(home, "cluster", `--require=${preload}`, { STACKBERTH_TRACE: "1" });
    assert.match(traced.stderr, /at .*preload\.cjs:1:\d+/);
  });
});
