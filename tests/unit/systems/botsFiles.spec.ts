import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { freePort } from "../../../tools/cluster/freePort";
import { needsPython, python } from "../../support/python";
import { root } from "../../support/stackberth";

describe("the relay between bots' pods", () => {
  const children: ChildProcess[] = [];
  let queue = 0;
  let web = 0;

  /** Starts a program and waits for its first line. */
  async function start(argv: readonly string[]): Promise<ChildProcess> {
    const child = spawn("python3", ["-u", ...argv], { stdio: ["ignore", "pipe", "inherit"] });
    children.push(child);
    await new Promise<void>((resolve, reject) => {
      child.stdout.once("data", () => resolve());
      child.once("close", () => reject(new Error(`${argv.join(" ")} ended`)));
    });
    return child;
  }

  /** An XML-RPC call to localhost, as bots' client makes it. */
  const call = () =>
    python([
      "-c",
      `import xmlrpc.client; print(xmlrpc.client.ServerProxy("http://localhost:${web}").addjob(["bots-engine", "x" * 300000], 5))`,
    ]);

  before(async function () {
    needsPython(this);
    const between = await freePort();
    queue = await freePort();
    web = await freePort();
    const relay = join(root, "systems/bots/files/relay.py");
    // As in the two pods, each relay knows only the other one and its own localhost.
    await start([relay, `127.0.0.1:${between}`, `127.0.0.1:${queue}`]);
    await start([relay, `127.0.0.1:${web}`, `127.0.0.1:${between}`]);
  });
  after(() => children.forEach((child) => child.kill("SIGKILL")));

  it("fails a call as a stopped server would", async () => {
    assert.notEqual((await call()).code, 0);
  });

  it("carries calls to the job queue and the answers back, one after the other", async () => {
    const server = [
      "from xmlrpc.server import SimpleXMLRPCServer",
      `server = SimpleXMLRPCServer(("localhost", ${queue}), logRequests=False)`,
      "server.register_function(lambda task, priority: len(task[1]) + priority, 'addjob')",
      "print('listening')",
      "server.serve_forever()",
    ].join("\n");
    await start(["-c", server]);
    for (let times = 0; times < 3; times += 1) {
      assert.deepEqual(await call(), { code: 0, output: "300005\n" });
    }
  });

  it("exits on SIGTERM", async () => {
    const [relay] = children;
    assert.ok(relay);
    relay.kill("SIGTERM");
    const code = await new Promise((resolve) => relay.once("close", resolve));
    assert.equal(code, 0);
  });
});

describe("the other Python files of bots", () => {
  it("are valid Python", async function () {
    needsPython(this);
    for (const name of ["create_superuser.py", "relay.py", "settings.py"]) {
      const file = join(root, "systems/bots/files", name);
      const { code, output } = await python([
        "-c",
        "import ast, sys; ast.parse(open(sys.argv[1]).read())",
        file,
      ]);
      assert.equal(code, 0, output);
    }
  });
});
