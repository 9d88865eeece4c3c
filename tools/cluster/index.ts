import { existsSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { UserError } from "../../lib/errors";
import { stateFolder } from "../project/stateFolder";
import { type BuildOptions, builtPath, controlPlane, ensureBuilt, run } from "../toolchain";
import { resetNode, runningNode, startNode, stopNode } from "./real";

const load = createRequire(__filename);

/** A running cluster and how to reach it. */
export interface Cluster {
  /** Path of its kubeconfig. */
  readonly kubeconfig: string;
  /** The context to use in that kubeconfig. */
  readonly context: string;
  /** URL of its API server. */
  readonly server: string;
  /** The words of a `kubectl` command for it, to which arguments are added. */
  readonly kubectl: readonly string[];
}

/** What the control plane prints for `status --json`. */
interface Status {
  readonly ready: boolean;
  readonly problem?: string;
  readonly server: string;
  readonly kubeconfig: string;
  readonly context: string;
}

interface Paths {
  /** The control plane, which may not be built yet. */
  readonly program: string;
  readonly data: string;
  readonly kubeconfig: string;
}

const CONTEXT = "stackberth";

const USAGE = `usage: npm run cluster -- up [--nodes N]   start the embedded cluster, or repair it
       npm run cluster -- up --real        start one whose node runs containers (Linux, root)
       npm run cluster -- down             stop it and keep its data
       npm run cluster -- status [--json]  exit code 0 if ready, 1 if not
       npm run cluster -- reset            stop it and remove its data
       npm run cluster -- kubectl ...      run kubectl against it`;

function pathsOf(root: string, program = builtPath(root, controlPlane)): Paths {
  const data = join(stateFolder(root), "cluster");
  return { program, data, kubeconfig: join(data, "kubeconfig") };
}

/**
 * Builds and starts the embedded cluster if necessary. For a running cluster this takes a fraction of
 * a second; one that has partly stopped is repaired.
 */
export async function ensureCluster(options: BuildOptions): Promise<Cluster> {
  return realCluster(options.root) ?? (await start(options, []));
}

/** The cluster with a real node, if it runs: it goes before the one with simulated nodes. */
function realCluster(root: string): Cluster | undefined {
  const node = runningNode(root);
  if (node === undefined) return undefined;
  const { kubeconfig, server } = node;
  const program = builtPath(root, controlPlane);
  return { kubeconfig, server, context: CONTEXT, kubectl: kubectlWords({ program, kubeconfig }) };
}

async function start(options: BuildOptions, flags: readonly string[]): Promise<Cluster> {
  const [program] = await ensureBuilt([controlPlane], options);
  const paths = pathsOf(options.root, program);
  mkdirSync(paths.data, { recursive: true });
  const { stdout } = await supervise(options, paths, ["up", "--json", ...flags]);
  const status = JSON.parse(stdout) as Status;
  return {
    kubeconfig: status.kubeconfig,
    context: status.context,
    server: status.server,
    kubectl: [...kubectlWords(paths)],
  };
}

function kubectlWords({
  program,
  kubeconfig,
}: Pick<Paths, "program" | "kubeconfig">): readonly string[] {
  return [program, "kubectl", "--kubeconfig", kubeconfig, "--context", CONTEXT];
}

/** Runs the supervisor: passes its progress on, and turns its other output into an error. */
async function supervise(
  { progress }: BuildOptions,
  { program, data }: Paths,
  [command = "", ...flags]: readonly string[],
): Promise<{ readonly stdout: string }> {
  const complaints: string[] = [];
  const { code, stdout } = await run(program, [command, "--dir", data, ...flags], {
    onComplaint: (line) => {
      if (line.startsWith("cluster: ")) {
        progress(line);
      } else {
        complaints.push(line);
      }
    },
  });
  if (code !== 0) {
    const reason = complaints.join("\n") || `it ended with exit code ${code}`;
    throw new UserError(`the embedded cluster failed to run \`${command}\`: ${reason}`);
  }
  return { stdout };
}

/**
 * Runs `npm run cluster -- ...` and returns the exit code.
 *
 * @param argv - the words after `cluster`: `up`, `down`, `status`, `reset` or `kubectl ...`
 */
export async function clusterCommand(
  argv: readonly string[],
  options: BuildOptions,
): Promise<number> {
  const [command, ...rest] = argv;
  if (command === "up" && isNodesFlag(rest)) {
    const cluster = await start(options, rest);
    options.progress(`kubeconfig ${cluster.kubeconfig}, context ${cluster.context}`);
    return 0;
  }
  if (command === "up" && rest.join(" ") === "--real") {
    // No other command needs what builds images.
    const { buildImages } = load("./real/images") as typeof import("./real/images");
    await startNode(options, (binaries) => buildImages({ ...options, binaries }));
    return 0;
  }
  if (command === "kubectl") {
    return kubectl(rest, options);
  }
  if ((command === "down" || command === "reset") && rest.length === 0) {
    return stop(command, options);
  }
  if (command === "status" && rest.every((word) => word === "--json")) {
    return showStatus(rest, options);
  }
  options.progress(USAGE);
  return 2;
}

function isNodesFlag(words: readonly string[]): boolean {
  return words.length === 0 || (/^--nodes(=[1-9]\d*)?$/.test(words[0] ?? "") && isNumber(words));
}

function isNumber([flag = "", value, ...others]: readonly string[]): boolean {
  const inFlag = flag.includes("=");
  return others.length === 0 && (inFlag ? value === undefined : /^[1-9]\d*$/.test(value ?? ""));
}

async function stop(command: "down" | "reset", options: BuildOptions): Promise<number> {
  if (runningNode(options.root) !== undefined) options.progress("cluster: stopping the real node");
  await (command === "down" ? stopNode(options.root) : resetNode(options.root));
  const paths = pathsOf(options.root);
  if (!existsSync(paths.data)) {
    options.progress("cluster: not running, no data");
    return 0;
  }
  // The program may be gone while its data, and perhaps its processes, still exist.
  if (!existsSync(paths.program)) {
    await ensureBuilt([controlPlane], options);
  }
  await supervise(options, paths, [command]);
  return 0;
}

async function showStatus(flags: readonly string[], options: BuildOptions): Promise<number> {
  const node = runningNode(options.root);
  if (node !== undefined) {
    const { kubeconfig, server, http } = node;
    const status: Status = { ready: true, server, kubeconfig, context: CONTEXT };
    const text =
      flags.length > 0 ? JSON.stringify(status) : `a real node at ${server}, Ingresses at ${http}`;
    process.stdout.write(`${text}\n`);
    return 0;
  }
  const paths = pathsOf(options.root);
  if (!existsSync(paths.data) || !existsSync(paths.program)) {
    process.stdout.write(
      flags.length > 0
        ? `${JSON.stringify({ ready: false, problem: "never started" })}\n`
        : "never started; start it: npm run cluster -- up\n",
    );
    return 1;
  }
  return (await run(paths.program, ["status", "--dir", paths.data, ...flags])).code;
}

async function kubectl(words: readonly string[], options: BuildOptions): Promise<number> {
  const real = realCluster(options.root);
  const paths = pathsOf(options.root);
  if (!real && (!existsSync(paths.program) || !existsSync(paths.kubeconfig))) {
    options.progress("the embedded cluster is not running; start it: npm run cluster -- up");
    return 1;
  }
  const [program = "", ...flags] = real?.kubectl ?? kubectlWords(paths);
  return (await run(program, [...flags, ...words])).code;
}
