import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { createServer, type Server } from "node:net";
import { at } from "../../../lib/objects";
import { runner, stackOf } from "../../support/mapsStack";
import { needsPython } from "../../support/python";

/** A stand-in of the API server, and the wait of a runner's pod for the time when it can be reached no more. */
describe("the wait of MAPS' runners for their isolation", () => {
  let server: Server;
  let child: ChildProcess | undefined;

  before(function () {
    needsPython(this);
  });
  beforeEach(async () => {
    server = createServer((socket) => socket.end());
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  });
  afterEach(() => {
    child?.kill();
    server.close();
  });

  /** Starts it as a pod would, with these addresses that runners may reach. */
  async function start(egress: readonly string[]): Promise<ChildProcess> {
    const pod = runner(await stackOf({ runner: { egress } }));
    const [, ...command] = at(pod, "spec", "initContainers", 0, "command") as string[];
    const address = server.address();
    assert.ok(address !== null && typeof address === "object");
    const env = {
      PATH: process.env["PATH"],
      KUBERNETES_SERVICE_HOST: "127.0.0.1",
      KUBERNETES_SERVICE_PORT: String(address.port),
    };
    child = spawn("python3", command, { env, stdio: ["ignore", "pipe", "inherit"] });
    return child;
  }
  const line = (of: ChildProcess): Promise<string> =>
    new Promise((heard) => of.stdout?.once("data", (chunk: Buffer) => heard(chunk.toString())));
  const end = (of: ChildProcess): Promise<number | null> =>
    new Promise((ended) => of.once("close", ended));

  it("lasts while the API server answers, and ends when it does not", async () => {
    const waiting = await start([]);
    const ended = end(waiting);
    assert.match(await line(waiting), /^waiting for the NetworkPolicy for runners/);
    // It tries again and again.
    await new Promise((connected) => server.once("connection", connected));
    assert.equal(waiting.exitCode, null);
    server.close();
    assert.equal(await ended, 0);
  });

  it("ends at once where runners may reach the API server", async () => {
    const waiting = await start(["192.0.2.0/24", "127.0.0.0/8"]);
    const ended = end(waiting);
    assert.match(await line(waiting), /^runners may reach the API server at 127\.0\.0\.1/);
    assert.equal(await ended, 0);
  });
});
