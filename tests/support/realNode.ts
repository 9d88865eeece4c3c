import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, readlinkSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { promisify } from "node:util";
import { noRealNode, type RealNode } from "../../tools/cluster/real";
import { builtPath, controlPlane } from "../../tools/toolchain";
import { environment, home, root } from "./folders";
import { type Ran, type Running, start } from "./stackberth";

const exec = promisify(execFile);

/** The tests' own node, beside one that somebody works with. */
const nodeHome = join(home, "node");
const folder = join(nodeHome, "real");

/** The environment of commands on the node. */
export const nodeEnvironment = (): NodeJS.ProcessEnv => ({
  ...environment(),
  STACKBERTH_HOME: nodeHome,
});

/** What the API server answered. */
interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Starts a command on the node. */
export const startOnNode = (...argv: readonly string[]): Running =>
  start(argv, { env: nodeEnvironment() });

/** Runs a command on the node to its end. */
export const onNode = (...argv: readonly string[]): Promise<Ran> => startOnNode(...argv).done;

/** What the node says of itself. */
const node = (): RealNode =>
  JSON.parse(readFileSync(join(folder, "node.json"), "utf8")) as RealNode;

let program: string | undefined;

/** What `npm run cluster -- kubectl` runs there; that would take longer to start than kubectl itself. */
export function nodeKubectlWords(): readonly string[] {
  program ??= builtPath(root, controlPlane);
  return [program, "kubectl", "--kubeconfig", node().kubeconfig];
}

/** What kubectl prints there. @throws Error with its complaint if it fails */
export async function nodeKubectl(...argv: readonly string[]): Promise<string> {
  const [file = "", ...words] = nodeKubectlWords();
  const { stdout } = await exec(file, [...words, ...argv], { maxBuffer: Infinity });
  return stdout;
}

/** Skips a suite where no real node can be, and says why. */
export function skipWithoutNode(context: Mocha.Context): void {
  const reason = noRealNode();
  if (reason === undefined) return;
  console.log(`    skipped: ${reason}`);
  context.skip();
}

/** The address of the Ingress controller. */
export function ingressAddress(): URL {
  return new URL(node().http);
}

/** Asks the API server with a token alone. @param json - Sent by POST. @default - GET */
export function askServer(path: string, token: string, json?: object): Promise<Answer> {
  const { server } = node();
  return new Promise((resolve, reject) => {
    const asked = request(
      new URL(path, server),
      {
        ca: readFileSync(join(folder, "pki", "ca.crt")),
        method: json === undefined ? "GET" : "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      },
      (response) => {
        let body = "";
        response.on("data", (chunk: Buffer) => (body += chunk.toString()));
        response.on("error", reject);
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      },
    );
    asked.on("error", reject);
    asked.end(json && JSON.stringify(json));
  });
}

/** The process that holds the node, if one does. */
export function nodeProcess(): number | undefined {
  const file = join(folder, "run", "pid");
  return existsSync(file) ? Number(readFileSync(file, "utf8")) : undefined;
}

/** The numbers of the processes that belong to the node, also of one that removes what it left. */
export const nodeProcesses = (): readonly string[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => environmentOf(pid).includes(`FOLDER=${folder}\0`));

/** The namespace of networks of a process; empty for one that has ended. */
function networkOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return "";
  }
}

/** A process in the node's namespace of networks. */
export function processInside(): string {
  const inside = nodeProcesses().find((pid) => ![networkOf("self"), ""].includes(networkOf(pid)));
  assert.ok(inside !== undefined, "no node runs");
  return inside;
}

/**
 * What a node could leave on this machine: processes, mounts, control groups, files, network devices, firewall
 * rules, and settings of the kernel.
 */
export function machine(): readonly string[] {
  const sysctls = [
    "vm.overcommit_memory",
    "vm.panic_on_oom",
    "kernel.panic",
    "net.ipv4.ip_forward",
  ];
  return [
    ...nodeProcesses(),
    ...readFileSync("/proc/self/mounts", "utf8").split("\n"),
    ...printed("find", "/sys/fs/cgroup", "-type", "d", "-name", "stackberth-*"),
    ...printed("find", "/sys/fs/cgroup", "-type", "d", "-name", "kubepods"),
    ...printed("find", "/var/lib/cni", "/var/lib/kubelet", "/opt/containerd"),
    ...printed("find", "/var/log/pods", "/var/log/containers"),
    ...printed("ip", "-o", "link").map((line) => line.replace(/^(\d+: \S+).*/, "$1")),
    ...printed("nft", "list", "tables"),
    ...printed("sysctl", ...sysctls),
  ];
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1");
  } catch {
    // It has ended.
    return "";
  }
}

function printed(program: string, ...argv: readonly string[]): readonly string[] {
  const { stdout, stderr, status } = spawnSync(program, argv, { encoding: "utf8" });
  // A folder may be absent, or go while `find` looks.
  if (status !== 0 && program !== "find") throw new Error(`${program}: ${stderr}`);
  return stdout.split("\n").filter(Boolean);
}
