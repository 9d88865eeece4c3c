import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { nfsServerCapabilities, ganeshaConfig, ganeshaStart } from "../../../components/nfsServer";
import { freePort } from "../../../tools/cluster/freePort";

const programs = ["ganesha.nfsd", "nfs-cp", "nfs-cat", "setpriv"];
const isThere = (program: string): boolean =>
  spawnSync("sh", ["-c", 'command -v "$1"', "sh", program]).status === 0;

describe("NFS-Ganesha with the component's configuration", function () {
  this.timeout(120_000);
  let folder = "";
  let port = 0;
  let running: ChildProcess | undefined;

  before(async function () {
    const missing = programs.filter((program) => !isThere(program));
    if (missing.length > 0 || process.getuid?.() !== 0) {
      const what = missing.length > 0 ? missing.join(", ") : "root";
      console.log(`    skipped: needs ${what} (Debian: nfs-ganesha-vfs, libnfs-utils)`);
      return this.skip();
    }
    folder = mkdtempSync(join(tmpdir(), "stackberth-nfs-"));
    port = await freePort();
    const config = inFolder(ganeshaConfig)
      .replace("NFS_Port = 2049;", `NFS_Port = ${port};\n  Bind_addr = 127.0.0.1;`)
      // After a restart, clients have so long to say what they held open: a test need not wait 90 s.
      .replace("NFSv4 {", "NFSv4 {\n  Grace_Period = 5;\n  Lease_Lifetime = 5;");
    writeFileSync(join(folder, "ganesha.conf"), config);
  });
  after(async () => {
    await stop("SIGTERM");
    if (folder !== "") rmSync(folder, { recursive: true });
  });

  const inFolder = (text: string): string =>
    text
      .replaceAll("/export", join(folder, "export"))
      .replaceAll("/etc/ganesha", folder)
      .replaceAll("/tmp/ganesha.pid", join(folder, "pid"));

  function start(): void {
    const capabilities = nfsServerCapabilities.map((each) => `+${each.toLowerCase()}`).join(",");
    const argv = ["--inh-caps=-all", `--bounding-set=-all,${capabilities}`, "sh", "-euc"];
    running = spawn("setpriv", [...argv, inFolder(ganeshaStart)], { stdio: "ignore" });
  }

  async function stop(signal: NodeJS.Signals): Promise<void> {
    if (running === undefined) return;
    const ended = once(running, "exit");
    running.kill(signal);
    await ended;
    running = undefined;
  }

  const url = (file: string, user: number): string =>
    `nfs://127.0.0.1/data/${file}?version=4&nfsport=${port}&uid=${user}&gid=${user}`;

  /** Tries until the server lets it in; after a restart it first waits for its clients. */
  async function eventually(...argv: readonly [string, ...string[]]): Promise<string> {
    for (;;) {
      const [program, ...words] = argv;
      const { status, stdout } = spawnSync(program, words, { encoding: "utf8", timeout: 10_000 });
      if (status === 0) return stdout;
      assert.equal(running?.exitCode, null, "the server has ended");
      await sleep(200);
    }
  }

  it("needs no more than its capabilities, and gives all files one owner", async () => {
    start();
    const file = join(folder, "text");
    writeFileSync(file, "kept");
    await eventually("nfs-cp", file, url("a.txt", 4711));
    const stored = join(folder, "export", "data", "a.txt");
    assert.equal(readFileSync(stored, "utf8"), "kept");
    assert.deepEqual([statSync(stored).uid, statSync(stored).gid], [1000, 1000]);
  });

  it("has its files after a kill and a new start, and takes more", async () => {
    await stop("SIGKILL");
    start();
    assert.equal(await eventually("nfs-cat", url("a.txt", 0)), "kept");
    await eventually("nfs-cp", join(folder, "text"), url("b.txt", 0));
    assert.equal(readFileSync(join(folder, "export", "data", "b.txt"), "utf8"), "kept");
  });
});
