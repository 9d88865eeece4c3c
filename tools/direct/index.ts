import { collectRun } from "../offline/collect";
import { joinErrors, UserError } from "../../lib/errors";
import { describe, isBorrowed, isJson, keyOf, type KubeObject } from "../../lib/objects";
import type { StackOutput } from "../offline/outputs";
import { Passwords } from "./passwords";
import { runProgram } from "../offline/program";
import type { Report } from "./report";
import { openStackConfig } from "../project/stackConfig";
import { Applier, explain } from "./apply";
import { changeLine } from "./changes";
import type { Cluster } from "../../cluster";
import { requireKinds } from "./kinds";
import { missingNamespaces, planOne } from "./plan";
import { ownedBy, stackLabel, surplus } from "../../cluster/ownership";
import { removeSurplus, withdrawn } from "./remove";

/** What every operation of the direct engine works on. */
export interface DirectArgs {
  readonly root: string;
  readonly stack: string;
  readonly cluster: () => Promise<Cluster>;
  readonly report: Report;
  /** @default - found where the Pulumi CLI finds it */
  readonly passphrase?: string;
}

/**
 * Brings the cluster to what the program says: applies its objects in their order, waits until they
 * are ready, then deletes what the stack no longer has. Every problem of the program itself shows
 * before anything is changed.
 */
export async function deploy(args: DirectArgs): Promise<readonly StackOutput[]> {
  const { root, stack, report } = args;
  const { run, objects, passwords } = await rehearse(args);
  passwords.save();
  const cluster = await args.cluster();
  await requireKinds(cluster, objects);
  report.begin();
  const live = await liveObjects(cluster, stack, objects);
  const before = new Map(live.map((object) => [keyOf(object), object]));
  const { apply } = new Applier(cluster, before, report);
  const outputs = await runProgram({ ...run, root, stack, preview: false, onObject: apply });
  await removeSurplus(cluster, surplus(live, objects), report);
  report.summary();
  return outputs;
}

/** Says what {@link deploy} would do, by asking the server about each object; changes nothing. */
export async function plan(args: DirectArgs): Promise<readonly StackOutput[]> {
  const { stack, report } = args;
  const { objects, outputs } = await rehearse(args);
  const cluster = await args.cluster();
  await requireKinds(cluster, objects);
  report.begin();
  const live = await liveObjects(cluster, stack, objects);
  const before = new Map(live.map((object) => [keyOf(object), object]));
  const missing = await missingNamespaces(cluster, objects);
  const problems: unknown[] = [];
  const planned = await Promise.all(
    objects.map(async (object) => {
      try {
        return await planOne(cluster, object, before.get(keyOf(object)), missing);
      } catch (error) {
        problems.push(explain(error, object));
        return undefined;
      }
    }),
  );
  if (problems.length > 0) throw joinErrors(problems);
  objects.forEach((object, index) => {
    const { change = "unchanged", fields = [] } = planned[index] ?? {};
    report.change(change, object, fields.map(changeLine));
  });
  const { doomed, kept } = surplus(live, objects);
  for (const object of doomed) {
    if (isBorrowed(object)) report.change("configured", object, withdrawn);
    else report.change("deleted", object);
  }
  for (const object of kept) report.change("kept", object);
  report.summary(true);
  return outputs;
}

/** Deletes everything of the stack but protected data, and says what it kept. */
export async function destroy({ stack, report, ...args }: DirectArgs): Promise<void> {
  const cluster = await args.cluster();
  report.begin();
  const live = await cluster.labelled(ownedBy(stack));
  await removeSurplus(cluster, surplus(live, []), report);
  report.summary();
}

/** Runs the program without a cluster: all that can be wrong with it shows here. */
async function rehearse({ root, stack, passphrase, report }: DirectArgs): Promise<
  Awaited<ReturnType<typeof collectRun>> & {
    readonly run: Omit<Parameters<typeof runProgram>[0], "onObject" | "preview">;
    readonly passwords: Passwords;
  }
> {
  const opened = openStackConfig(root, stack, passphrase);
  const passwords = new Passwords(root, stack, opened.crypter);
  report.hide(opened.secretKeys.flatMap((key) => opened.config[key] ?? []));
  const run = { root, stack, ...opened, passwords: passwords.get };
  const collected = await collectRun(run);
  report.hide(collected.objects.flatMap(secretValues));
  const unlabelled = collected.objects.find(
    ({ metadata }) => metadata.labels?.[stackLabel] !== stack,
  );
  if (unlabelled !== undefined) {
    throw new UserError(`${describe(unlabelled)} lacks the label ${stackLabel}: ${stack}`);
  }
  return { ...collected, run, passwords };
}

/** The texts that a Secret holds, plain and encoded; short ones are no secrets. */
export function secretValues(object: KubeObject): readonly string[] {
  if (object.kind !== "Secret") return [];
  const [plain, encoded] = [object["stringData"], object["data"]];
  const texts = isJson(plain) ? Object.values(plain).map(String) : [];
  const codes = isJson(encoded) ? Object.values(encoded).map(String) : [];
  const decoded = codes.map((code) => Buffer.from(code, "base64").toString("utf8"));
  const all = [
    ...texts,
    ...texts.map((it) => Buffer.from(it).toString("base64")),
    ...codes,
    ...decoded,
  ];
  // Secrets also hold names and ports; what is short is found by its configuration key.
  return all.filter((value) => value.length >= 16);
}

/** The stack's live objects. @throws UserError if another stack has one that this one wants. */
async function liveObjects(
  cluster: Cluster,
  stack: string,
  objects: readonly KubeObject[],
): Promise<readonly KubeObject[]> {
  const owned = await cluster.labelled(ownedBy());
  const isOurs = ({ metadata }: KubeObject): boolean => metadata.labels?.[stackLabel] === stack;
  const foreign = new Map(owned.filter((it) => !isOurs(it)).map((it) => [keyOf(it), it]));
  for (const object of objects) {
    const other = foreign.get(keyOf(object))?.metadata.labels?.[stackLabel];
    if (other === undefined) continue;
    throw new UserError(
      `${describe(object)} belongs to stack ${other} in this cluster; nothing was changed. Give ` +
        "one of the stacks other namespaces, or deploy it to another cluster",
    );
  }
  return owned.filter(isOurs);
}
