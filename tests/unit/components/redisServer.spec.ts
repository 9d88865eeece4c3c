import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "../../../components";
import { freePort } from "../../../tools/cluster/freePort";
import { digestKey, inContainer, objectsIn } from "../../support/components";
import { one } from "../../support/deploy";

const special = 'a"b c\\d#1';
const simple = "Canary0123456789";
const tools = ["redis-server", "redis-cli"];
const missing = tools.filter((tool) => spawnSync(tool, ["--version"]).error !== undefined);

/** The component's own command and probe, on a machine instead of in a pod. */
describe("Redis' command with a real server", function () {
  let folder = "";
  let port = 0;
  let command: readonly string[] = [];
  let probe: readonly string[] = [];
  let alive: readonly string[] = [];
  const running: ChildProcess[] = [];

  before(async function () {
    if (missing.length > 0) {
      console.log(`    skipped, no ${missing.join(", ")}: apt-get install -y redis-server`);
      this.skip();
    }
    const found = await objectsIn(
      (namespace) => new Redis("redis", { namespace, password: simple, digestKey }),
    );
    const deployment = one(found, "Deployment");
    command = inContainer(deployment, "command") as string[];
    probe = inContainer(deployment, "readinessProbe.exec.command") as string[];
    alive = inContainer(deployment, "livenessProbe.exec.command") as string[];
  });

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "stackberth-redis-"));
    port = await freePort();
  });

  afterEach(async () => {
    for (const child of running.splice(0)) await end(child, "SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await gone;
  }

  /** The script with the pod's two folders replaced; the port is given as Redis takes one more. */
  async function start(secret: string, flags = "", asks = probe): Promise<ChildProcess> {
    const script = (command[2] ?? "")
      .replaceAll("/tmp/", `${folder}/`)
      .replaceAll("--dir /data", `--dir ${folder} --port ${port} --bind 127.0.0.1 ${flags}`);
    assert.ok(script.includes(`--dir ${folder}`), script);
    const [shell = "", words = ""] = command;
    const child = spawn(shell, [words, script], {
      env: { PATH: process.env["PATH"], REDISCLI_AUTH: secret },
      stdio: "ignore",
    });
    running.push(child);
    for (let tries = 0; tries < 100; tries += 1) {
      if (ask(asks.slice(1), secret).status === 0) return child;
      await sleep(50);
    }
    throw new Error("the server did not become ready within 5 s");
  }

  function ask(words: readonly string[], secret?: string) {
    const env = {
      PATH: process.env["PATH"],
      ...(secret !== undefined && { REDISCLI_AUTH: secret }),
    };
    const asked = spawnSync(probe[0] ?? "", ["-p", String(port), ...words], {
      env,
      encoding: "utf8",
    });
    return { status: asked.status, text: asked.stdout.trim(), errors: asked.stderr };
  }

  it("appends to its file and evicts nothing", async () => {
    await start(simple);
    assert.match(ask(["config", "get", "appendonly"], simple).text, /yes$/);
    assert.match(ask(["config", "get", "maxmemory-policy"], simple).text, /noeviction$/);
    assert.equal(ask(["config", "get", "dir"], simple).text.split("\n")[1], folder);
  });

  it("requires its password, and fails its probe without it or with a wrong one", async () => {
    await start(simple);
    assert.notEqual(ask(probe.slice(1)).status, 0);
    assert.notEqual(ask(probe.slice(1), "wrong").status, 0);
    assert.equal(ask(probe.slice(1), simple).status, 0);
    assert.match(ask(["set", "a", "1"]).text, /NOAUTH/);
  });

  it("accepts a password with characters that its configuration quotes", async () => {
    await start(special);
    assert.equal(ask(["ping"], special).text, "PONG");
  });

  it("fails its probe when it is gone", async () => {
    const child = await start(simple);
    await end(child, "SIGKILL");
    assert.notEqual(ask(probe.slice(1), simple).status, 0);
  });

  it("is alive, but not ready, while it loads its data", async () => {
    const child = await start(simple);
    ask(["eval", "for i = 1, 20000 do redis.call('set', i, i) end", "0"], simple);
    await end(child, "SIGTERM");
    const slow = "--key-load-delay 500 --loading-process-events-interval-bytes 1024";
    await start(simple, slow, alive);
    assert.notEqual(ask(probe.slice(1), simple).status, 0);
    assert.equal(ask(alive.slice(1), simple).status, 0);
  });

  it("keeps its data through kill -9", async () => {
    const child = await start(simple);
    assert.equal(ask(["rpush", "rq:queue:jobs", "one", "two"], simple).text, "2");
    // The append-only file reaches the disk every second.
    await sleep(1200);
    await end(child, "SIGKILL");
    await start(simple);
    assert.equal(ask(["lrange", "rq:queue:jobs", "0", "-1"], simple).text, "one\ntwo");
  });

  it("is the only process, and shows its password in no argument", async function () {
    if (process.platform !== "linux") this.skip();
    const child = await start(simple);
    const line = readFileSync(`/proc/${child.pid}/cmdline`, "utf8");
    // exec: the signals of a pod's end reach the server itself.
    assert.match(line, /^redis-server/);
    assert.ok(!line.includes(simple), line);
  });
});
