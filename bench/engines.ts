import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { collectObjects } from "../tools/offline/collect";
import { pathOf, toYaml } from "../tools/render";
import { home, root, start, TestStack } from "../tests/support/stackberth";
import { testCluster } from "../tests/support/testCluster";

/*
 * How long deploying OpenMS takes on the local control plane, by each engine and by kubectl with the
 * same objects: nothing to change, and everything to create and to wait for. The ways take turns, so
 * that a machine that slows down slows them all; what counts is the ratio to kubectl.
 */

const stackName = "bench-engines";
const repeats = 5;
const creations = 3;

/** A way to bring the objects to the cluster. */
interface Way {
  readonly title: string;
  readonly apply: () => Promise<void>;
}

async function stackberth(...words: readonly string[]): Promise<void> {
  const { code, output } = await start([...words, "--stack", stackName]).done;
  if (code !== 0) throw new Error(output);
}

const pulumiIsThere = spawnSync("pulumi", ["version"]).status === 0;

const engines: readonly Way[] = [
  { title: "up --engine direct", apply: () => stackberth("up", "--engine", "direct") },
  ...(pulumiIsThere
    ? [{ title: "up --engine pulumi", apply: () => stackberth("up", "--engine", "pulumi") }]
    : []),
];

/** Writes the stack's objects for kubectl, its Secrets too. */
async function writeObjects(files: string): Promise<void> {
  const passphrase = "stackberth-dev";
  const { objects } = await collectObjects({ root, stack: stackName, passphrase });
  for (const object of objects) {
    const path = join(files, pathOf(object));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, toYaml(object));
  }
}

/** kubectl as a person would use it: apply the files, then wait for what they start. */
function byKubectl(kubectl: readonly string[], files: string): Way {
  const [program = "", ...words] = kubectl;
  const call = (...argv: string[]): unknown => execFileSync(program, [...words, ...argv]);
  return {
    title: "kubectl apply --server-side, and wait",
    apply: () => {
      // The namespace first: kubectl goes by file name.
      call("apply", "--server-side", "--force-conflicts", "-f", join(files, "cluster"));
      call("apply", "--server-side", "--force-conflicts", "-R", "-f", files);
      call("wait", "deployment", "--all", "-n", stackName, "--for=condition=Available");
      return Promise.resolve();
    },
  };
}

async function secondsOf(action: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await action();
  return (performance.now() - began) / 1000;
}

function median(figures: readonly number[]): number {
  return [...figures].sort((a, b) => a - b)[Math.floor(figures.length / 2)] ?? NaN;
}

/** Times the ways in turn and prints each one's median and its ratio to the last, round by round. */
async function compare(
  title: string,
  ways: readonly Way[],
  rounds: number,
  between: (way: Way) => Promise<void>,
): Promise<void> {
  const times = new Map<Way, number[]>(ways.map((way) => [way, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const way of ways) {
      await between(way);
      times.get(way)?.push(await secondsOf(way.apply));
    }
  }
  const base = [...times.values()].at(-1) ?? [];
  console.log(`${title}, ${rounds} rounds`);
  for (const [way, figures] of times) {
    const ratios = figures.map((figure, round) => figure / (base[round] ?? NaN));
    const words = `${median(figures).toFixed(2)} s  ${median(ratios).toFixed(2)} x kubectl`;
    console.log(`  ${way.title.padEnd(40)} ${words}`);
  }
}

async function main(): Promise<void> {
  const stack = new TestStack(stackName);
  const files = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    const { embedded } = await testCluster();
    console.log(`Node ${process.version}, state in ${home.slice(root.length + 1)}`);
    await writeObjects(files);
    const ways = [...engines, byKubectl(embedded.kubectl, files)];
    const clear = (): Promise<void> => stackberth("down", "--engine", "direct");
    // Each way ends with the engines' state as if it had done it itself.
    await compare("everything to create", ways, creations, async () => {
      if (pulumiIsThere) await stackberth("down", "--engine", "pulumi");
      await clear();
    });
    for (const { apply } of ways) await apply();
    await compare("nothing to change", ways, repeats, () => Promise.resolve());
    if (pulumiIsThere) await stackberth("down", "--engine", "pulumi");
    await clear();
  } finally {
    rmSync(files, { recursive: true });
    stack.remove();
  }
}

void main();
