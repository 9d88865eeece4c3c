import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommandError, type EngineEvent, type Stack } from "@pulumi/pulumi/automation";
import type { Cluster } from "../../cluster";
import { deleteInStages } from "../../cluster/deletion";
import { ownedBy } from "../../cluster/ownership";
import { messageOf, UserError, withoutTrace } from "../../lib/errors";
import { isRetained } from "../../lib/labels";
import { describe, type KubeObject } from "../../lib/objects";
import { additionLine, findAdditions, obstacle, removeAddition } from "./additions";
import { explainDamage } from "./damagedState";
import { hurryEmptying, stopAtOnce, workloadsThatGo } from "./emptying";
import { wrongPassphrase } from "./environment";
import { look } from "./found";
import { Journal } from "./journal";
import { occupiedNamespaces, releaseNamespace } from "./keep";
import { explainLock, explainObjects } from "./failure";
import { awaitRollouts, RolloutError } from "./rollouts";
import { Progress } from "./progress";
import { withoutStackTraces } from "../project/stackTraces";
import { LiveLines, type Screen } from "./screen";
import { readState } from "./state";
import { serverWarnings } from "./serverWarnings";

/** What to run on an opened stack. */
interface OperationArgs {
  readonly stack: Stack;
  readonly cluster: Cluster;
  readonly screen: Screen;
  /** Shows the engine's own output instead of a line a system. @default false */
  readonly verbose?: boolean;
  /** Fails if anything would change. @default false */
  readonly expectNoChanges?: boolean;
  /** Paths of policy packs that the engine asks. @default - none */
  readonly policyPacks?: readonly string[];
}

/** The commands of `pulumi` under this project's names. */
export const operations = {
  up: (stack: Stack, options: object, variables: Variables = {}) =>
    withVariables(stack, variables, () => stack.up(options)),
  preview: (stack: Stack, options: object, variables: Variables = {}) =>
    withVariables(stack, { ...noCheckpoints, ...variables }, () => stack.preview(options)),
  refresh: (stack: Stack, options: object) =>
    withVariables(stack, noCheckpoints, () => stack.refresh(options)),
  down: (stack: Stack, options: object) =>
    withVariables(stack, { ...noCheckpoints, ...noRefresh }, () =>
      stack.destroy({ ...options, excludeProtected: true }),
    ),
} as const;

/** Variables of `pulumi`, by name. */
type Variables = Readonly<Record<string, string>>;

export type Operation = keyof typeof operations;

/**
 * The engine makes a checkpoint of the whole state after each step, which takes time by the square of their number:
 * 161 s for a preview of 1,463 resources, and 26 s without. A preview discards them. What a killed `refresh` or `down` has
 * found or deleted, the next command finds out by itself; what a killed `up` has made, by the journal.
 */
const noCheckpoints = { PULUMI_SKIP_CHECKPOINTS: "true" } as const;

/**
 * The engine need not look first, as `Pulumi.yaml` would have it: what is gone already counts as deleted by `down`, and
 * for others see `Found`.
 */
const noRefresh = { PULUMI_OPTION_REFRESH: "false" } as const;

/**
 * The engine and its providers are done in seconds: Go, in which they are written, collects garbage when the memory is five
 * times what is in use, not twice, which takes a twentieth less time.
 */
const rareCollection = "400";

/**
 * Runs an operation with variables, one of which is a folder for its temporary files alone: a provider that is told a
 * kubeconfig leaves a copy there, with its credentials.
 */
async function withVariables<T>(
  { workspace }: Pick<Stack, "workspace">,
  variables: Variables,
  run: () => Promise<T>,
): Promise<T> {
  const { envVars } = workspace;
  const folder = mkdtempSync(join(tmpdir(), "stackberth-"));
  const collection = process.env["GOGC"] ?? rareCollection;
  workspace.envVars = { ...envVars, GOGC: collection, TMPDIR: folder, ...variables };
  try {
    return await run();
  } finally {
    workspace.envVars = envVars;
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Runs one operation, and shows what it does.
 * @returns The stack's outputs; those of secrets are masked.
 * @throws UserError that says what is wrong, by the engine and by the cluster itself.
 */
export async function operate(
  operation: Operation,
  args: OperationArgs,
): Promise<Progress["outputs"]> {
  const { stack, cluster, screen, verbose = false, policyPacks = [] } = args;
  const line = (text: string): unknown => screen.write(`${text}\n`);
  const began = Date.now();
  const progress = new Progress(operation === "preview");
  const journal = Journal.of(stack);
  const state = operation === "down" ? await readState(stack) : undefined;
  const kept = state ? await occupiedNamespaces(stack.name, state, cluster) : [];
  const staying = kept.map(({ namespace }) => namespace);
  const stop = stopAtOnce(cluster, state ? workloadsThatGo(state, staying) : []);
  const found = brings(operation) ? await look(journal, stack, cluster, line) : undefined;
  const live = verbose
    ? undefined
    : new LiveLines(
        screen,
        () => progress.lines,
        () => progress.waits,
      );
  try {
    const options = {
      onEvent: (event: EngineEvent) => {
        progress.hear(event);
        stop(event);
        if (operation !== "preview") void hurryEmptying(cluster, event);
      },
      ...(verbose && { onOutput: (text: string) => screen.write(withoutTrace(text)), diff: true }),
      ...(kept.length > 0 && { exclude: kept.map(({ urn }) => urn) }),
      ...(args.expectNoChanges === true && { expectNoChanges: true }),
      ...(policyPacks.length > 0 && { policyPacks }),
      ...journal?.noting(stack.workspace.program, operation === "up"),
    };
    const variables = {
      ...(journal !== undefined && noCheckpoints),
      ...(found?.isCurrent === true && noRefresh),
    };
    const run = (): Promise<unknown> => operations[operation](stack, options, variables);
    await attended(() => withoutStackTraces(run));
    if (operation === "up") await awaitRollouts(cluster, progress.changed, progress.during);
  } catch (error) {
    live?.end();
    throw await explain(error, operation, progress, args);
  }
  live?.end();
  if (!verbose) {
    // What `down` keeps is read from the cluster and listed at the end.
    const isListed = (change: string): boolean => operation !== "down" || !/^kept /.test(change);
    for (const change of progress.changes.filter(isListed)) line(change);
    for (const warning of progress.warnings) line(`warning: ${warning}`);
    for (const advice of progress.advice) line(`policy: ${advice}`);
  }
  if (brings(operation)) {
    await mend(operation, progress, found?.live, args, line);
    for (const warning of await serverWarnings(cluster, progress.changed)) {
      line(`warning: ${warning}`);
    }
  }
  if (journal !== undefined && operation !== "refresh") {
    await sweep(operation, journal, args, line);
  }
  line(`${progress.totals} in ${((Date.now() - began) / 1000).toFixed(1)} s`);
  for (const { namespace, claims, isShared } of kept) {
    if (isShared) await releaseNamespace(cluster, namespace);
    line(`kept  Namespace ${namespace}, which holds PersistentVolumeClaim ${claims.join(", ")}`);
  }
  if (operation === "down") await sayKept(args, line);
  return progress.outputs;
}

/** Whether an operation is about what the program wants. */
const brings = (operation: Operation): boolean => operation === "up" || operation === "preview";

/**
 * Lets the engine end, whatever the program leaves unhandled: each resource that is refused is such an error, and a
 * command that ended with the first would leave the stack locked. The engine says it then.
 */
async function attended(run: () => Promise<unknown>): Promise<void> {
  const strays: unknown[] = [];
  const hear = (error: unknown): unknown => strays.push(error);
  const events = ["uncaughtException", "unhandledRejection"];
  for (const event of events) process.on(event, hear);
  try {
    await run();
    if (strays.length > 0) throw strays[0];
  } finally {
    for (const event of events) process.off(event, hear);
  }
}

async function explain(
  error: unknown,
  operation: Operation,
  progress: Progress,
  { stack, cluster }: OperationArgs,
): Promise<unknown> {
  const known =
    explainLock(error, stack.name) ??
    explainDamage(error, stack.workspace.workDir, stack.name) ??
    wrongPassphrase(error, stack.name);
  if (known !== undefined) return known;
  if (!(error instanceof CommandError || error instanceof RolloutError)) return error;
  const said = progress.errors.length > 0 ? progress.errors : [lastWords(messageOf(error))];
  const reasons = operation === "up" ? await explainObjects(cluster, stack.name) : [];
  return new UserError(withoutTrace([...said, ...reasons].join("\n")));
}

/** The error at the end of what a command printed. */
function lastWords(output: string): string {
  const errors = output.split("\n").filter((each) => /^\s*error:/.test(each));
  return [...new Set(errors.map((each) => each.trim()))].join("\n") || output.trim();
}

/**
 * Shows what somebody appended to lists, which the engine does not see; `up` removes it.
 * @param before - What was live before the engine ran, which still is where it changed nothing.
 */
async function mend(
  operation: Operation,
  { objects, changed }: Progress,
  before: readonly KubeObject[] | undefined,
  { stack, cluster, expectNoChanges = false }: OperationArgs,
  line: (text: string) => unknown,
): Promise<void> {
  if (objects.length === 0) return;
  const isAsBefore = operation === "preview" || changed.length === 0;
  const live = isAsBefore ? before : undefined;
  const additions = findAdditions(live ?? (await cluster.labelled(ownedBy(stack.name))), objects);
  for (const addition of additions) {
    const problem = obstacle(addition);
    if (problem === undefined && operation === "up") await removeAddition(cluster, addition);
    const what = operation === "up" ? "restored" : "to restore";
    line(`${problem === undefined ? what : "not restored"}  ${additionLine(addition)}`);
    if (problem !== undefined) line(`warning: ${problem}`);
  }
  if (expectNoChanges && additions.length > 0) {
    throw new UserError(
      "expected no changes, but lists of live objects have extra elements: see above",
    );
  }
}

/** Deletes what a killed `up` made, and neither the program nor the state knows. */
async function sweep(
  operation: Operation,
  journal: Journal,
  { stack, cluster, expectNoChanges = false }: OperationArgs,
  line: (text: string) => unknown,
): Promise<void> {
  const leftovers = await journal.leftovers(cluster, stack.name);
  if (operation !== "preview") {
    await deleteInStages(cluster, leftovers);
    journal.end();
  }
  const what = operation === "preview" ? "to delete" : "deleted";
  for (const object of leftovers) line(`${what}  ${describe(object)}, left by a killed up`);
  if (expectNoChanges && leftovers.length > 0) {
    throw new UserError("expected no changes, but a killed up left objects behind: see above");
  }
}

async function sayKept(
  { stack, cluster }: OperationArgs,
  line: (text: string) => unknown,
): Promise<void> {
  const live = await cluster.labelled(ownedBy(stack.name));
  for (const object of live.filter(isRetained)) line(`kept  ${describe(object)}`);
}
