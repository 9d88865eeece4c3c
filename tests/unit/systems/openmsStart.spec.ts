import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../../tools/cluster/freePort";
import { root as repository } from "../../support/folders";
import { needsPython } from "../../support/python";

/** What the image has: the keys of the template's own file that pages index. */
const ofImage = {
  "app-name": "Lab",
  analytics: { matomo: { enabled: true, tag: "t" } },
  online_deployment: false,
  enable_workspaces: true,
  workspaces_dir: "..",
  queue_settings: { default_timeout: 7200, result_ttl: 86400 },
  demo_workspaces: { enabled: true, source_dirs: ["example-data/workspaces"] },
};
const ofStack = {
  online_deployment: true,
  queue_settings: { default_timeout: 600 },
  demo_workspaces: { source_dirs: ["/workspaces/.demos"] },
};

describe("OpenMS' start.sh", function () {
  this.timeout(20_000);
  let folder = "";
  const path = (...words: string[]): string => join(folder, ...words);
  const write = (file: string, value: unknown): void =>
    writeFileSync(path(file), typeof value === "string" ? value : JSON.stringify(value));
  const read = (file: string): unknown => JSON.parse(readFileSync(path(file), "utf8"));

  before(function () {
    needsPython(this);
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "openms-start-"));
    mkdirSync(path("app"));
    cpSync(join(repository, "systems/openms/files"), path("etc"), { recursive: true });
    write("app/settings.json", ofImage);
    write("app/default-parameters.json", { "image-format": "svg", cutoff: 5000 });
    write("app/presets.json", { fast: { a: 1 } });
    write("etc/settings.json", ofStack);
    write("etc/default-parameters.json", { cutoff: 100 });
    write("etc/presets.json", {});
    mkdirSync(path("conda/bin"), { recursive: true });
    write("conda/bin/activate", 'export ACTIVATED="$1"\n');
  });
  afterEach(() => {
    chmodSync(path("app"), 0o755);
    rmSync(folder, { recursive: true, force: true });
  });

  function started(...words: string[]): ChildProcess {
    return spawn("bash", [path("etc/start.sh"), ...words], {
      env: { PATH: process.env["PATH"], APP_FOLDER: path("app") },
      // As in a pod. From a socket, bash would take itself for a remote shell and read ~/.bashrc.
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  async function run(...words: string[]): Promise<{ code: number; output: string }> {
    const child = started(...words);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => (output += chunk.toString()));
    }
    const [code] = (await once(child, "close")) as [number];
    return { code, output };
  }

  const merge = () => run("--merge", "--", "true");
  const merged = {
    ...ofImage,
    online_deployment: true,
    queue_settings: { default_timeout: 600, result_ttl: 86400 },
    demo_workspaces: { enabled: true, source_dirs: ["/workspaces/.demos"] },
  };

  it("lays the stack's values over the image's, whose other keys survive", async () => {
    assert.deepEqual(await merge(), { code: 0, output: "" });
    assert.deepEqual(read("app/settings.json"), merged);
    assert.deepEqual(read("app/default-parameters.json"), { "image-format": "svg", cutoff: 100 });
    assert.deepEqual(read("app/presets.json"), { fast: { a: 1 } });
    assert.equal(readdirSync(path("app")).length, 3);
  });

  it("does the same again when the container restarts", async () => {
    await merge();
    const before = readFileSync(path("app/settings.json"), "utf8");
    assert.equal((await merge()).code, 0);
    assert.equal(readFileSync(path("app/settings.json"), "utf8"), before);
  });

  it("replaces lists and a value of another kind, and takes null for a value", async () => {
    write("etc/settings.json", { analytics: null, "app-name": { en: "Lab" } });
    assert.equal((await merge()).code, 0);
    assert.deepEqual(read("app/settings.json"), {
      ...ofImage,
      analytics: null,
      "app-name": { en: "Lab" },
    });
  });

  it("keeps letters of every language", async () => {
    write("app/settings.json", { "app-name": "Größe µ 質量" });
    await merge();
    assert.equal((read("app/settings.json") as typeof ofImage)["app-name"], "Größe µ 質量");
  });

  it("needs no presets.json, but writes one for a stack's values", async () => {
    rmSync(path("app/presets.json"));
    assert.equal((await merge()).code, 0);
    assert.ok(!existsSync(path("app/presets.json")));
    write("etc/presets.json", { slow: { a: 2 } });
    assert.equal((await merge()).code, 0);
    assert.deepEqual(read("app/presets.json"), { slow: { a: 2 } });
  });

  it("fails where there is no settings.json, or where it is not JSON, and starts nothing", async () => {
    write("app/settings.json", "{");
    const broken = await run("--merge", "--", "echo", "started");
    assert.notEqual(broken.code, 0);
    assert.match(broken.output, /^merge\.py: .*app\/settings\.json is not JSON: /);
    rmSync(path("app/settings.json"));
    const missing = await run("--merge", "--", "echo", "started");
    assert.notEqual(missing.code, 0);
    assert.match(missing.output, /^merge\.py: cannot read .*settings\.json: No such file/);
    assert.doesNotMatch(missing.output + broken.output, /started|Traceback/);
  });

  it("says which folder must be writable", async function () {
    // Root may write everywhere, so a folder takes the place of the partial file.
    mkdirSync(path("app/.settings.json.partial"));
    const { code, output } = await merge();
    assert.notEqual(code, 0);
    assert.match(output, /user \d+ cannot write .*settings\.json: .*\/app must be a folder that/);
    assert.deepEqual(read("app/settings.json"), ofImage);
  });

  it("activates the environment before the command", async () => {
    const words = ["--environment", path("conda"), "lab", "--merge", "--"];
    const { code, output } = await run(...words, "bash", "-c", 'echo "$ACTIVATED $*"', "-", "a b");
    assert.deepEqual({ code, output }, { code: 0, output: "lab a b\n" });
    assert.deepEqual(read("app/settings.json"), merged);
  });

  it("merges only where it is told to", async () => {
    await run("--environment", path("conda"), "lab", "--", "true");
    assert.deepEqual(read("app/settings.json"), ofImage);
  });

  it("says what to set when the environment cannot be read", async () => {
    const { code, output } = await run("--environment", path("none"), "lab", "--", "true");
    assert.equal(code, 1);
    assert.match(output, /cannot read .*none\/bin\/activate.*condaEnvironment.*runAsUser: 0/);
  });

  it("refuses an option that it does not know", async () => {
    const { code, output } = await run("--faster", "--", "true");
    assert.deepEqual(
      { code, output },
      { code: 1, output: "start.sh: unknown option '--faster'\n" },
    );
  });

  describe("before it has what it waits for", () => {
    const waiting = async (port: number): Promise<ChildProcess> => {
      const child = started("--wait-for", "127.0.0.1", String(port), "--", "echo", "started");
      const [line] = (await once(child.stdout ?? child, "data")) as [Buffer];
      assert.equal(line.toString(), `start.sh: waiting for 127.0.0.1:${port}\n`);
      return child;
    };

    it("says so, and goes on once a server answers", async () => {
      const port = await freePort();
      const child = await waiting(port);
      const rest = once(child.stdout ?? child, "data");
      const server = createServer().listen(port, "127.0.0.1");
      const [line] = (await rest) as [Buffer];
      server.close();
      assert.equal(line.toString(), "started\n");
    });

    it("ends when it is told to", async () => {
      const child = await waiting(await freePort());
      child.kill("SIGTERM");
      assert.deepEqual(await once(child, "close"), [143, null]);
    });
  });

  it("passes on the command's exit code", async () => {
    assert.equal((await run("--", "bash", "-c", "exit 7")).code, 7);
  });

  it("is replaced by the command, so that a signal reaches it", async () => {
    const script =
      'trap "echo finished the job; exit 3" TERM; echo $$; while :; do sleep 0.05; done';
    const child = started("--merge", "--", "bash", "-c", script);
    let output = "";
    child.stdout?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (output === `${child.pid}\n`) child.kill("SIGTERM");
    });
    const guard = setTimeout(() => child.kill("SIGKILL"), 10_000);
    const [code] = (await once(child, "close")) as [number | null];
    clearTimeout(guard);
    assert.deepEqual({ code, output }, { code: 3, output: `${child.pid}\nfinished the job\n` });
  });
});
