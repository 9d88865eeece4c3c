import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isCode, UserError } from "../../../lib/errors";
import { stateFolder } from "../../project/stateFolder";
import {
  type BuildOptions,
  controlPlane,
  ensureBuilt,
  must,
  nodePrograms,
  onPath,
  run,
} from "../../toolchain";
import { freePort } from "../freePort";

/** Builds the images that the node's pods name, and returns the folder of their OCI image layout. */
export type Images = (binaries: Readonly<Record<string, string>>) => Promise<string>;

/** A node that runs. */
export interface RealNode {
  readonly kubeconfig: string;
  /** URL of the API server. */
  readonly server: string;
  /** Where Ingresses are reached, at any host name that leads to this machine. */
  readonly http: string;
}

const folderOf = (root: string): string => join(stateFolder(root), "real");
const pidFile = (folder: string): string => join(folder, "run", "pid");
const script = join(__dirname, "node.sh");

/** Debian's packages of the programs that a node is made of, by program. */
const packages: Readonly<Record<string, string>> = {
  containerd: "containerd",
  runc: "runc",
  iptables: "iptables",
  ipset: "ipset",
  nft: "nftables",
  conntrack: "conntrack",
  socat: "socat",
  ip: "iproute2",
  unshare: "util-linux",
};

/** Why this machine can have no real node, with what would help. @default - it can */
export function noRealNode(): string | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0)
    return "a real node needs Linux and root";
  const path = [process.env["PATH"] ?? "", "/usr/sbin", "/sbin"].join(delimiter);
  const missing = Object.entries(packages)
    .filter(([program]) => onPath(program, path) === undefined)
    .map(([, name]) => name);
  if (!existsSync("/usr/lib/cni/bridge")) missing.push("containernetworking-plugins");
  if (missing.length === 0) return undefined;
  return `a real node needs programs that are not here; run: apt-get install -y --no-install-recommends ${missing.join(" ")}`;
}

/** The node that runs, if one does. */
export function runningNode(root: string): RealNode | undefined {
  const folder = folderOf(root);
  const file = join(folder, "node.json");
  if (!existsSync(file) || holder(folder) === undefined) return undefined;
  return JSON.parse(readFileSync(file, "utf8")) as RealNode;
}

/** The process that holds a node. A number alone would not do: they are used again. */
function holder(folder: string): number | undefined {
  try {
    const pid = readFileSync(pidFile(folder), "utf8").trim();
    const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    return words.includes(script) && words.includes("serve") ? Number(pid) : undefined;
  } catch (error) {
    if (isCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/**
 * Starts a node with real containers, and returns once its DNS and its Ingress controller are ready.
 *
 * @throws UserError if this machine can have none, or it does not become ready.
 */
export async function startNode(options: BuildOptions, images: Images): Promise<RealNode> {
  const { root, progress } = options;
  const reason = noRealNode();
  if (reason !== undefined) throw new UserError(reason);
  const running = runningNode(root);
  if (running !== undefined) return running;
  const folder = folderOf(root);
  mkdirSync(join(folder, "logs"), { recursive: true });
  const [program = "", ...built] = await ensureBuilt([controlPlane, ...nodePrograms], options);
  const binaries = Object.fromEntries(
    nodePrograms.map(({ name }, index): [string, string] => [name, built[index] ?? ""]),
  );
  const layout = await images(binaries);
  const began = Date.now();
  const node = await startProcesses(folder, {
    CONTROL_PLANE: program,
    NODE: binaries["node"],
    KUBE_ROUTER: binaries["kube-router"],
    IMAGES: layout,
  });
  await deployAddons(program, node.kubeconfig);
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  progress(`cluster: the real node is ready (${seconds} s); Ingresses at ${node.http}`);
  return node;
}

/** Starts the script, and returns once the API server can be reached. */
async function startProcesses(folder: string, what: NodeJS.ProcessEnv): Promise<RealNode> {
  const [apiPort, httpPort] = [await freePort(), await freePort(80)];
  for (const stale of ["kubeconfig", "node.json"]) rmSync(join(folder, stale), { force: true });
  // Nothing else of this process' environment: it may hold secrets, and this outlives it.
  const env = {
    ...what,
    PATH: process.env["PATH"],
    // Programs keep caches there.
    HOME: folder,
    FOLDER: folder,
    API_PORT: String(apiPort),
    HTTP_PORT: String(httpPort),
  };
  // Outlives this process.
  spawn("sh", [script, "serve"], { env, detached: true, stdio: "ignore" }).unref();
  await until(folder, () => holder(folder) !== undefined);
  await until(folder, () => existsSync(join(folder, "run", "api.sock")));
  const server = `https://127.0.0.1:${apiPort}`;
  const kubeconfig = join(folder, "kubeconfig.local");
  const inside = readFileSync(join(folder, "kubeconfig"), "utf8");
  const text = inside.replace(/https:\/\/127\.0\.0\.1:\d+/, server);
  writeFileSync(kubeconfig, text, { mode: 0o600 });
  const http = `http://localhost${httpPort === 80 ? "" : `:${httpPort}`}`;
  const node = { kubeconfig, server, http };
  writeFileSync(join(folder, "node.json"), JSON.stringify(node));
  return node;
}

/** Deploys DNS and the Ingress controller, and waits for them. @param program - The control plane */
async function deployAddons(program: string, kubeconfig: string): Promise<void> {
  const kubectl = (...words: readonly string[]): Promise<string> =>
    must(program, ["kubectl", "--kubeconfig", kubeconfig, ...words]);
  const addons = join(__dirname, "addons");
  await kubectl("apply", "--server-side", "--force-conflicts", "-f", addons);
  await kubectl("wait", "--for=condition=Ready", "node/real", "--timeout=60s");
  for (const [namespace, name] of [
    ["kube-system", "coredns"],
    ["ingress-nginx", "traefik"],
  ] as const)
    await kubectl("rollout", "status", `deployment/${name}`, "-n", namespace, "--timeout=120s");
}

/** Ends the node with all that it runs; its data stays. */
export async function stopNode(root: string): Promise<void> {
  const folder = folderOf(root);
  const pid = holder(folder);
  if (pid !== undefined) process.kill(pid, "SIGKILL");
  if (existsSync(folder)) await run("sh", [script, "clean"], { env: { FOLDER: folder } });
}

/** Ends it, and removes its data. */
export async function resetNode(root: string): Promise<void> {
  await stopNode(root);
  rmSync(folderOf(root), { recursive: true, force: true });
}

async function until(folder: string, isThere: () => boolean): Promise<void> {
  const deadline = Date.now() + 120_000;
  while (!isThere()) {
    if (Date.now() > deadline)
      throw new UserError(`the node did not start within two minutes; see ${join(folder, "logs")}`);
    await sleep(50);
  }
}
