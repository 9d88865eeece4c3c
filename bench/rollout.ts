import { join } from "node:path";
import { UserError } from "../lib/errors";
import { listAt } from "../lib/objects";
import { environment, root } from "../tests/support/folders";
import { kubectl } from "../tests/support/kubectl";
import { start, TestStack } from "../tests/support/stackberth";
import { testCluster } from "../tests/support/testCluster";
import { trace } from "./breakdown";
import { criticalPath, lengthOf, worksOf } from "./criticalPath";
import { exitWith } from "./exit";
import type { Span } from "./spans";
import { systemsOf } from "./subject";
import { tableOf } from "./table";

/*
 * How long the first `up` of a stack like dev takes against its critical path: the chain of objects, each of which needs
 * the one before, that takes longest. The nodes are simulated, with pods that are ready when delays.yaml says.
 */

const stack = "test-bench-rollout";
const delays = join(root, "bench", "delays.yaml");
/** The most that an `up` may take, times its critical path. */
const bound = 1.1;

async function must(argv: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<string> {
  const env = { ...environment(), ...more };
  const { code, output } = await start([...argv, "--stack", stack], { env }).done;
  if (code !== 0) throw new UserError(output);
  return output;
}

/** Seconds that the provider took to create each object, by its URN. */
const creations = (spans: readonly Span[]): ReadonlyMap<string, number> =>
  new Map(
    spans
      .filter(({ name }) => name === "/pulumirpc.ResourceProvider/Create")
      .flatMap(({ urn, begin, end }): [string, number][] =>
        urn === undefined ? [] : [[urn, end - begin]],
      ),
  );

async function measure(): Promise<number> {
  const { begin, end, spans } = await trace((more) => must(["up"], more));
  const state: unknown = JSON.parse(await must(["pulumi", "stack", "export"]));
  const works = worksOf(listAt(state, "deployment", "resources"), creations(spans));
  const path = criticalPath(works);
  const rows = path.map(({ urn, seconds }) => {
    const [type = "", name = ""] = urn.split("::").slice(-2);
    return [name, type.split(":").at(-1) ?? "", seconds.toFixed(1)];
  });
  for (const line of tableOf(["object", "kind", "seconds"], rows)) console.log(line);
  const [whole, longest] = [end - begin, lengthOf(path)];
  const ratio = whole / longest;
  const verdict = ratio <= bound ? "within" : "NOT within";
  console.log(
    `\nthe first up: ${whole.toFixed(1)} s; its critical path: ${longest.toFixed(1)} s; ` +
      `ratio ${ratio.toFixed(2)}, ${verdict} ${String(bound)}`,
  );
  return ratio <= bound ? 0 : 1;
}

async function main(): Promise<number> {
  await testCluster();
  const file = new TestStack(stack, "dev", systemsOf("dev"));
  try {
    file.set(["stackberth:protectData"], false);
    await must(["down"]);
    await kubectl("apply", "-f", delays);
    return await measure();
  } finally {
    await kubectl("delete", "-f", delays, "--ignore-not-found");
    await must(["down"]);
    file.remove();
  }
}

exitWith(main);
