import { availableParallelism } from "node:os";
import { UserError } from "../lib/errors";
import { root } from "../tests/support/folders";
import { start, TestStack } from "../tests/support/stackberth";
import { testCluster } from "../tests/support/testCluster";
import { readFlags } from "../tools/cli/arguments";
import { collectOffline } from "../tools/offline/offline";
import { exitWith } from "./exit";
import { slopesOf } from "./flatness";
import { roundsOf } from "./options";
import { median, secondsOf } from "./steps";
import { tableOf } from "./table";
import { type Usage, UsageWatch } from "./usage";

/*
 * How the time and the memory of a preview grow with the stack: federations of MIP, each in a namespace of its own,
 * with nothing deployed. The memory is that of the command and of all processes that it starts.
 */

const stackName = "test-bench-growth";
/** The last one has more than 2,000 objects. */
const sizes = [1, 2, 5, 10, 15, 22];

/** What a preview took; in a row, medians. */
interface Cost extends Usage {
  readonly seconds: number;
}

interface Row extends Cost {
  readonly federations: number;
  readonly objects: number;
}

function setFederations(stack: TestStack, count: number): void {
  const federations = Array.from({ length: count }, (_, index) => ({
    name: `f${index}`,
    namespace: `${stackName}-${index}`,
    localnodes: 3,
    smpc: { enabled: true },
  }));
  const mip = { managedCluster: true, keycloak: { enabled: false }, federations };
  stack.set(["stackberth:mip"], mip);
}

async function preview(): Promise<Cost> {
  let usage: Usage = { megabytes: 0, processorSeconds: 0 };
  const seconds = await secondsOf(async () => {
    const running = start(["preview", "--stack", stackName]);
    const watch = new UsageWatch(running.pid);
    const { code, output } = await running.done;
    usage = watch.end();
    if (code !== 0) throw new UserError(output);
  });
  return { ...usage, seconds };
}

async function measure(stack: TestStack, federations: number, rounds: number): Promise<Row> {
  setFederations(stack, federations);
  const { objects } = await collectOffline({ root, stack: stackName });
  const runs: Cost[] = [];
  for (let round = 0; round < rounds; round += 1) runs.push(await preview());
  console.log(
    `${objects.length} objects: ${runs.map(({ seconds }) => `${seconds.toFixed(2)} s`).join(", ")}`,
  );
  return {
    federations,
    objects: objects.length,
    seconds: median(runs.map(({ seconds }) => seconds)),
    processorSeconds: median(runs.map(({ processorSeconds }) => processorSeconds)),
    megabytes: median(runs.map(({ megabytes }) => megabytes)),
  };
}

function print(rows: readonly Row[]): void {
  const heads = [
    "federations",
    "objects",
    "time, s",
    "processor time, s",
    "peak memory, MB",
    "processor ms an object",
    "MB an object",
  ];
  const cells = rows.map(({ federations, objects, seconds, processorSeconds, megabytes }) => [
    String(federations),
    String(objects),
    seconds.toFixed(2),
    processorSeconds.toFixed(2),
    megabytes.toFixed(0),
    ((1000 * processorSeconds) / objects).toFixed(1),
    (megabytes / objects).toFixed(2),
  ]);
  for (const line of tableOf(heads, cells)) console.log(line);
}

/** Says whether a further object costs the same among many as among few. @returns Whether it does. */
function judge(what: string, rows: readonly Row[], costOf: (row: Row) => number): boolean {
  const points = rows.map((row) => ({ objects: row.objects, cost: costOf(row) }));
  const { few, many, isFlat } = slopesOf(points);
  const middle = rows[rows.length >> 1]?.objects ?? 0;
  const verdict = isFlat ? "flat within 20 %" : "NOT flat within 20 %";
  const figures = `${few.toFixed(2)} up to ${middle}, then ${many.toFixed(2)}`;
  console.log(`${what} of each further object: ${figures}: ${verdict}`);
  return isFlat;
}

async function main(): Promise<number> {
  const flags = readFlags("bench:growth", process.argv.slice(2), {
    rounds: { type: "string", default: "3" },
  });
  const rounds = roundsOf(flags.rounds);
  const stack = new TestStack(stackName, "dev", "mip");
  try {
    await testCluster();
    // The Secrets of a federation are in none of the stack's files.
    stack.set(["stackberth:secretsMode"], "existing");
    setFederations(stack, 1);
    await preview();
    const rows: Row[] = [];
    for (const federations of sizes) rows.push(await measure(stack, federations, rounds));
    console.log(`Node ${process.version}, ${availableParallelism()} processors\n`);
    print(rows);
    console.log();
    const isFlat = [
      judge("processor ms", rows, ({ processorSeconds }) => 1000 * processorSeconds),
      judge("MB", rows, ({ megabytes }) => megabytes),
    ];
    return isFlat.includes(false) ? 1 : 0;
  } finally {
    stack.remove();
  }
}

exitWith(main);
