import { createRequire } from "node:module";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { Cluster } from "../../cluster";
import { chooseTarget, readTarget, requireHeard } from "../cluster/target";
import { plainSettings, requireStack } from "../project/stackConfig";
import { findEngine, type Part } from "../pulumi/engine";
import type { Operation } from "../pulumi/operations";
import { readFlags } from "./arguments";

const load = createRequire(__filename);

/** `npm run up`: brings the stack's objects to its cluster. */
export const up = (argv: readonly string[], root: string): Promise<number> => run("up", argv, root);

/** `npm run preview`: says what `up` would do. */
export const preview = (argv: readonly string[], root: string): Promise<number> =>
  run("preview", argv, root);

/** `npm run refresh`: makes the state say what the cluster has. */
export const refresh = (argv: readonly string[], root: string): Promise<number> =>
  run("refresh", argv, root);

/** `npm run down`: deletes the stack's objects but protected data. */
export const down = (argv: readonly string[], root: string): Promise<number> =>
  run("down", argv, root);

/** The same by a plain `pulumi` command. */
const plain: Readonly<Record<Operation, string>> = {
  up: "up",
  preview: "preview",
  refresh: "refresh",
  down: "destroy --exclude-protected --refresh=false",
};

/** The folder of this project's policy pack. */
const policies = "policies";

const flags = {
  stack: { type: "string" },
  context: { type: "string" },
  verbose: { type: "boolean" },
} as const;

/** The flags that only some of the commands have. */
const more = {
  up: { policy: { type: "boolean" } },
  preview: { policy: { type: "boolean" }, "expect-no-changes": { type: "boolean" } },
  refresh: {},
  down: {},
} as const;

async function run(operation: Operation, argv: readonly string[], root: string): Promise<number> {
  const read = readFlags(operation, argv, { ...flags, ...more[operation] });
  const { stack = "dev", context, verbose = false } = read;
  const line = (text: string): void => console.log(text);
  requireStack(root, stack);
  requireHeard(root, stack, context);
  const engine = await findEngine({ root, parts: partsOf(root, stack), progress: line });
  const [target, { openStack, operate }] = await Promise.all([
    chooseTarget(root, stack, context, line),
    loadRunner(),
  ]);
  const pack = "policy" in read ? ` --policy-pack ${policies}` : "";
  line(
    `${engine.title}: stack ${stack}; with plain Pulumi: pulumi ${plain[operation]} --stack ${stack}${pack}`,
  );
  const { kubeconfig } = target;
  const [cluster, opened] = await Promise.all([
    Cluster.connect(readTarget(target), target.context),
    openStack({ root, stack, engine, kubeconfig, line }),
  ]);
  const args = {
    stack: opened,
    cluster,
    screen: process.stdout,
    verbose,
    expectNoChanges: "expect-no-changes" in read,
  };
  const packs = "policy" in read ? { policyPacks: [join(root, policies)] } : {};
  // First: during an `up` the engine checks what is true of the whole stack only at its end.
  if (operation === "up" && "policy" in read) await operate("preview", { ...args, ...packs });
  const outputs = await operate(operation, { ...args, ...(operation === "preview" && packs) });
  if (operation === "up") for (const text of farewell(stack, outputs)) line(text);
  return 0;
}

/**
 * Loads what it takes to run the program: in the tenth of a second that the embedded cluster takes to say that it runs, for
 * which it has been asked by the next turn of the event loop.
 */
async function loadRunner() {
  await setImmediate();
  const { openStack } = load("../pulumi/stack") as typeof import("../pulumi/stack");
  const { operate } = load("../pulumi/operations") as typeof import("../pulumi/operations");
  return { openStack, operate };
}

/** The providers that a stack's program uses. */
export function partsOf(root: string, stack: string): readonly Part[] {
  const isGenerated = plainSettings(root, stack)["secretsMode"] === "generated";
  return isGenerated ? ["kubernetes", "random"] : ["kubernetes"];
}

/** Where to find what was deployed, and what to do next. */
function farewell(
  stack: string,
  { urls = {} }: Readonly<Record<string, unknown>>,
): readonly string[] {
  const systems = Object.entries(urls as Readonly<Record<string, readonly string[]>>);
  const width = Math.max(0, ...systems.map(([name]) => name.length));
  return [
    "",
    ...systems.flatMap(([name, all]) => all.map((url) => `${name.padEnd(width)}  ${url}`)),
    "",
    `next: npm run status -- --stack ${stack}; npm run runbook -- ${systems[0]?.[0] ?? "SYSTEM"} --stack ${stack}`,
  ];
}
