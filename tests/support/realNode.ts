import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { noRealNode, runningNode } from "../../tools/cluster/real";
import { environment, home, root } from "./folders";
import { type Ran, type Running, start } from "./stackberth";

/** The tests' own node, beside one that somebody works with. */
const nodeHome = join(home, "node");
export const nodeEnvironment = (): NodeJS.ProcessEnv => ({
  ...environment(),
  STACKBERTH_HOME: nodeHome,
});

/** Starts a command on the node. */
export const startOnNode = (...argv: readonly string[]): Running =>
  start(argv, { env: nodeEnvironment() });

/** Runs a command on the node to its end. */
export const onNode = (...argv: readonly string[]): Promise<Ran> => startOnNode(...argv).done;

/** What kubectl prints there. @throws Error with its complaint if it fails */
export async function nodeKubectl(...argv: readonly string[]): Promise<string> {
  const { code, stdout, output } = await onNode("cluster", "kubectl", ...argv);
  if (code !== 0) throw new Error(output);
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
  const before = process.env["STACKBERTH_HOME"];
  process.env["STACKBERTH_HOME"] = nodeHome;
  try {
    const node = runningNode(root);
    if (node === undefined) throw new Error("no node runs");
    return new URL(node.http);
  } finally {
    if (before === undefined) delete process.env["STACKBERTH_HOME"];
    else process.env["STACKBERTH_HOME"] = before;
  }
}

/** The process that holds the node, if one does. */
export function nodeProcess(): number | undefined {
  const file = join(nodeHome, "real", "run", "pid");
  return existsSync(file) ? Number(readFileSync(file, "utf8")) : undefined;
}

/**
 * What a node could leave on this machine: processes, mounts, control groups, network devices, firewall rules, and
 * settings of the kernel.
 */
export function machine(): readonly string[] {
  const folder = join(nodeHome, "real");
  const processes = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => environmentOf(pid).includes(`FOLDER=${folder}\0`))
    .map((pid) => `process ${pid}`);
  const sysctls = [
    "vm.overcommit_memory",
    "vm.panic_on_oom",
    "kernel.panic",
    "net.ipv4.ip_forward",
  ];
  return [
    ...processes,
    ...readFileSync("/proc/self/mounts", "utf8").split("\n"),
    // Those of other programs come and go.
    ...printed("find", "/sys/fs/cgroup", "-type", "d", "-name", "stackberth-*"),
    ...printed("find", "/sys/fs/cgroup", "-type", "d", "-name", "kubepods"),
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
  // A group may go while `find` looks.
  if (status !== 0 && program !== "find") throw new Error(`${program}: ${stderr}`);
  return stdout.split("\n").filter(Boolean);
}
