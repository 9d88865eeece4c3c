import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { processInside } from "./realNode";

/** Accepts connections on each port that it is told, and says when it does. */
const server = `
  const { createServer } = require("node:net");
  const ports = process.argv.slice(1).map(Number);
  const listening = ports.map((port) => new Promise((done) =>
    createServer((socket) => socket.end()).listen(port, "0.0.0.0", done)));
  Promise.all(listening).then(() => console.log("listening"));
`;

/**
 * A host outside the cluster, in a network namespace of its own. The node has a route to it, and nothing
 * else has; both end with it, or with the node.
 */
export class OutsideHost {
  readonly address = "203.0.113.2";
  private child: ChildProcess | undefined;

  constructor(private readonly ports: readonly number[]) {}

  /** Starts it, once the node runs. */
  async start(): Promise<void> {
    const program = [process.execPath, "-e", server, ...this.ports.map(String)];
    const words = ["--pdeathsig", "KILL", "unshare", "--net", ...program];
    const child = spawn("setpriv", words, { stdio: ["ignore", "pipe", "inherit"] });
    this.child = child;
    await new Promise<void>((heard, fail) => {
      child.stdout.once("data", () => heard());
      child.once("close", () => fail(new Error("the host outside did not start")));
    });
    assert.ok(child.pid !== undefined);
    const outside = String(child.pid);
    const ip = (pid: string, ...argv: readonly string[]): unknown =>
      execFileSync("nsenter", ["--net", "--target", pid, "ip", ...argv]);
    const node = processInside();
    ip(
      node,
      ...["link", "add", "outside", "type", "veth", "peer", "name", "eth0", "netns", outside],
    );
    ip(node, "address", "add", "203.0.113.1/24", "dev", "outside");
    ip(node, "link", "set", "outside", "up");
    ip(outside, "address", "add", `${this.address}/24`, "dev", "eth0");
    ip(outside, "link", "set", "eth0", "up");
    ip(outside, "route", "add", "default", "via", "203.0.113.1");
  }

  stop(): void {
    this.child?.kill("SIGKILL");
  }
}
