import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { seedCommand } from "../../../systems/bots/parts/seed";

/** The command runs as in the init container, with this machine's `sh`. */
describe("the copy of bots' grammars to the data volume", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "stackberth-seed-"));
    for (let index = 0; index < 300; index += 1) write(`image/d${index % 7}/g ${index}.py`, index);
    write("image/.hidden", "h");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const path = (name: string): string => join(folder, name);
  const read = (name: string): string => readFileSync(path(name), "utf8");
  const files = (name: string): string[] =>
    readdirSync(path(name), { recursive: true, encoding: "utf8" })
      .filter((each) => statSync(join(path(name), each)).isFile())
      .sort();
  function write(name: string, content: string | number): void {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), String(content));
  }
  const command = (): readonly string[] =>
    seedCommand(path("image"), path("env/botssys/grammars"), path("env/.seeded"));
  function seed(): string {
    mkdirSync(path("env"), { recursive: true });
    const [program = "", ...args] = command();
    const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8" });
    assert.equal(status, 0, stderr);
    return stdout;
  }

  it("is complete at the first start", () => {
    assert.match(seed(), /^copying/);
    assert.deepEqual(files("env/botssys/grammars"), files("image"));
    assert.equal(read("env/botssys/grammars/d1/g 1.py"), "1");
    assert.deepEqual(readdirSync(path("env/botssys")), ["grammars"]);
  });

  it("goes on after an interruption", async () => {
    mkdirSync(path("env"));
    const [program = "", ...args] = command();
    const child = spawn(program, args, { detached: true, stdio: "ignore" });
    const ended = new Promise((resolve) => child.once("close", resolve));
    const copied = (): number =>
      existsSync(path("env/botssys/grammars")) ? files("env/botssys/grammars").length : 0;
    while (copied() < 5) await new Promise((resolve) => setTimeout(resolve, 2));
    process.kill(-Number(child.pid), "SIGKILL");
    await ended;
    assert.ok(copied() < 301, "it was not interrupted");
    assert.ok(!existsSync(path("env/.seeded")));
    // A retry runs in a pod of another name.
    write("env/botssys/grammars-partial-bots-db-init-1/file", "half");

    seed();
    assert.deepEqual(files("env/botssys/grammars"), files("image"));
    for (const file of files("image")) {
      assert.equal(read(join("env/botssys/grammars", file)), read(join("image", file)), file);
    }
    assert.deepEqual(readdirSync(path("env/botssys")), ["grammars"]);
  });

  it("leaves what somebody edited", () => {
    write("env/botssys/grammars/d1/g 1.py", "edited");
    seed();
    assert.equal(read("env/botssys/grammars/d1/g 1.py"), "edited");
    assert.deepEqual(files("env/botssys/grammars"), files("image"));
  });

  it("runs once: what somebody deletes stays deleted", () => {
    seed();
    rmSync(path("env/botssys/grammars/d1/g 1.py"));
    const start = Date.now();
    assert.equal(seed(), "");
    assert.ok(Date.now() - start < 1000);
    assert.ok(!existsSync(path("env/botssys/grammars/d1/g 1.py")));
  });

  it("does nothing with an image that lacks the folder, until one has it", () => {
    rmSync(path("image"), { recursive: true });
    assert.equal(seed(), "");
    assert.deepEqual(readdirSync(path("env")), []);
    write("image/a.py", "a");
    seed();
    assert.deepEqual(files("env/botssys/grammars"), ["a.py"]);
  });

  it("replaces a link into the image by a folder", () => {
    mkdirSync(path("env/botssys"), { recursive: true });
    symlinkSync("/opt/bots/grammars", path("env/botssys/grammars"));
    seed();
    assert.deepEqual(files("env/botssys/grammars"), files("image"));
  });

  it("fails without a marker if it cannot write", () => {
    write("env/botssys/grammars", "a file where the folder should be");
    const [program = "", ...args] = command();
    assert.notEqual(spawnSync(program, args).status, 0);
    assert.ok(!existsSync(path("env/.seeded")));
  });
});
