import { drawStack } from "../../tools/graph";
import { at, listAt, textAt } from "../../lib/objects";
import { root } from "./folders";
import { startStranger } from "./connections";
import { linesOf, listed, outsider, type Subject } from "./networkEnds";
import type { NodeStack } from "./nodeStack";
import { nodeKubectl } from "./realNode";

/** A pod that runs, and is not about to end. */
interface Running extends Subject {
  readonly ports: readonly number[];
  /** The first words of a command in it. */
  readonly inside: readonly string[];
}

/** What was tried, and what opened; each connection as `FROM to TO PORT`. */
interface Tried {
  readonly count: number;
  readonly open: readonly string[];
  /** Those that the stack's table lists, as far as somebody listens. */
  readonly listed: readonly string[];
  /** What a pod outside reaches, as `TO PORT`: it proves that a port can be reached at all. */
  readonly outside: readonly string[];
}

const apiServer = { name: "the API server", address: "10.96.0.1", port: 443 };

/** Tries every connection between the pods of a stack, a pod outside and the API server. */
export async function tryConnections(stack: NodeStack): Promise<Tried> {
  const pods = await runningPods(stack);
  const stranger = await startOutsider(stack);
  const own = await Promise.all(
    pods.map((pod) =>
      reached(
        pod,
        pod.ports.map((port) => ({ ...pod, port })),
      ),
    ),
  );
  // Whoever listens answers at least itself, which no policy concerns.
  const targets = pods.flatMap((pod, index) =>
    (own[index] ?? []).map(({ port }) => ({ ...pod, port })),
  );
  const open: string[] = [];
  const tries = [...pods, stranger].map((from) => ({
    from,
    to: [...targets.filter(({ name }) => name !== from.name), apiServer],
  }));
  await besides(tries, async ({ from, to }) => {
    for (const { name, port } of await reached(from, to))
      open.push(`${from.name} to ${name} ${String(port)}`);
  });
  const drawn = await drawStack(root, stack.name);
  const lines = drawn.flatMap(({ network }) => linesOf(network, [stack.name]));
  // An address like any other, for a system that may connect to all of them.
  const addressed = { ...outsider(apiServer.name, apiServer.address), port: apiServer.port };
  const inTable = pods.flatMap((from) =>
    [...targets, addressed]
      .filter((to) => to.name !== from.name)
      .filter((to) => listed(lines, from, to)({ port: to.port, protocol: "TCP" }))
      .map(({ name, port }) => `${from.name} to ${name} ${String(port)}`),
  );
  const prefix = `${stranger.name} to `;
  const isOutside = (line: string): boolean => line.startsWith(prefix);
  return {
    count: tries.reduce((sum, { to }) => sum + to.length, 0),
    open: open.filter((line) => !isOutside(line)).sort(),
    listed: inTable.sort(),
    outside: open
      .filter(isOutside)
      .map((line) => line.slice(prefix.length))
      .sort(),
  };
}

/** Does something with each of many, four at a time: a connection that a policy drops is only waited for. */
async function besides<T>(all: readonly T[], action: (each: T) => Promise<void>): Promise<void> {
  const rest = all.values();
  const work = async (): Promise<void> => {
    for (const each of rest) await action(each);
  };
  await Promise.all([work(), work(), work(), work()]);
}

async function runningPods(stack: NodeStack): Promise<readonly Running[]> {
  const query = ["get", "pods", "--field-selector", "status.phase=Running", "--output", "json"];
  const items = listAt(JSON.parse(await stack.kubectl(...query)), "items");
  const staying = items.filter((item) => at(item, "metadata", "deletionTimestamp") === undefined);
  return staying.map((item) => {
    const name = textAt(item, "metadata", "name");
    const labels = { ...(at(item, "metadata", "labels") as object) } as Record<string, unknown>;
    const ports = listAt(item, "spec", "containers").flatMap((each) => listAt(each, "ports"));
    return {
      name,
      title: String(labels["app.kubernetes.io/name"]),
      address: textAt(item, "status", "podIP"),
      pod: { namespace: stack.name, labels, ports },
      ports: ports.map(({ containerPort }) => Number(containerPort)),
      inside: ["--namespace", stack.name, "exec", name, "--"],
    };
  });
}

/** A pod of nobody, in another namespace. */
async function startOutsider({ name: stack }: NodeStack): Promise<Running> {
  const name = `stranger-to-${stack}`;
  await startStranger(name, "stackberth.test/debian:1");
  const inside = ["--namespace", "default", "exec", name, "--"];
  return { ...outsider(name, "", "default"), ports: [], inside };
}

interface Target {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

/** Those of some targets to which a pod can open a connection. Its image needs bash and xargs. */
async function reached(from: Running, targets: readonly Target[]): Promise<readonly Target[]> {
  const words = targets.flatMap(({ address, port }) => [address, String(port)]).join(" ");
  const open = "timeout 3 bash -c '</dev/tcp/$0/$1 && echo $0:$1'";
  const script = `echo ${words} | xargs -P 32 -n 2 ${open} 2>/dev/null || true`;
  const printed = await nodeKubectl(...from.inside, "bash", "-c", script);
  const found = new Set(printed.split("\n"));
  return targets.filter(({ address, port }) => found.has(`${address}:${String(port)}`));
}
