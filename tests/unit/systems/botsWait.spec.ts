import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { listAt, type KubeObject } from "../../../lib/objects";
import { templateOf } from "../../../lib/workloads";
import { needsPython } from "../../support/python";
import { stackOf } from "../../support/systemStack";

describe("the wait of bots' engine for its database", () => {
  let child: ChildProcess | undefined;

  before(function () {
    needsPython(this);
  });
  afterEach(() => child?.kill());

  it("lasts until the database can be reached, so that a run does not fail for it", async () => {
    const stack = await stackOf("bots");
    const engine: KubeObject = stack.find("CronJob", "bots-engine");
    const [wait] = listAt(templateOf(engine), "spec", "initContainers");
    const [, ...command] = wait?.["command"] as string[];
    const server = createServer((socket) => socket.end());
    const listen = async (port: number): Promise<number> => {
      server.listen(port, "127.0.0.1");
      await once(server, "listening");
      return (server.address() as AddressInfo).port;
    };
    // A port that is free.
    const port = await listen(0);
    await new Promise((closed) => server.close(closed));
    const env = { PATH: process.env["PATH"], DB_HOST: "127.0.0.1", DB_PORT: String(port) };
    child = spawn("python3", command, { env, stdio: ["ignore", "pipe", "inherit"] });
    const ended = once(child, "close");
    assert.ok(child.stdout);
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    assert.match(
      line.toString(),
      new RegExp(`^waiting for the database at 127.0.0.1:${port}$`, "m"),
    );
    await listen(port);
    const [code] = (await ended) as [number | null];
    assert.equal(code, 0);
    server.close();
  });
});
