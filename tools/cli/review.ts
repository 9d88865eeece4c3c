import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Stack, StackNotFoundError } from "@pulumi/pulumi/automation";
import { Cluster } from "../../cluster";
import { ownedBy } from "../../cluster/ownership";
import { UserError } from "../../lib/errors";
import { objectName } from "../../lib/rules";
import { describe } from "../../lib/objects";
import { chooseTarget, readTarget, type Target } from "../cluster/target";
import { collectOffline } from "../offline/offline";
import { listStacks, plainSettings } from "../project/stackConfig";
import { runPulumi } from "../pulumi/cli";
import { findEngine } from "../pulumi/engine";
import { engineEnvironment } from "../pulumi/environment";
import { operate } from "../pulumi/operations";
import { openStack } from "../pulumi/stack";
import { clear, releaseVolumes } from "../review/clear";
import { liveReviews } from "../review/live";
import { base, reviewOf, reviewStackFile, stackOf } from "../review/stackFile";
import { readFlags } from "./arguments";
import { up as deploy } from "./stack";

const usage = `usage: npm run review -- up NAME [--systems A,B] [--ttl-hours 48]   deploy a throw-away stack like ${base}
       npm run review -- down NAME   remove it with all of its data
       npm run review -- sweep       remove the expired ones
       npm run review -- list        list those in the cluster
all take --context NAME`;
const longestName = 30;
const hourMs = 3_600_000;

interface Request {
  readonly root: string;
  readonly context: string | undefined;
  readonly systems: readonly string[] | undefined;
  readonly ttlHours: number;
}

const actions: Readonly<Record<string, (name: string, request: Request) => Promise<number>>> = {
  up,
  down: (name, request) => down(stackOf(name), request),
  sweep: (_name, request) => sweep(request),
  list: (_name, request) => list(request),
};

/** `npm run review`: throw-away stacks, made from dev's values. Returns the exit code. */
export async function review(
  [action = "", ...rest]: readonly string[],
  root: string,
): Promise<number> {
  const act = Object.hasOwn(actions, action) ? actions[action] : undefined;
  if (act === undefined) throw new UserError(usage);
  const isNamed = action === "up" || action === "down";
  const [name = ""] = isNamed ? rest : [];
  const request = readRequest(isNamed ? rest.slice(1) : rest, root);
  if (isNamed) checkName(name);
  return act(name, request);
}

function readRequest(argv: readonly string[], root: string): Request {
  const flags = readFlags("review", argv, {
    systems: { type: "string" },
    "ttl-hours": { type: "string" },
    context: { type: "string" },
  });
  const { systems, context, "ttl-hours": ttl = "48" } = flags;
  const ttlHours = Number(ttl);
  if (!(ttlHours > 0 && ttlHours <= 8760)) {
    throw new UserError(`--ttl-hours ${ttl}: must be a number above 0, at most 8760`);
  }
  return {
    root,
    context,
    systems: systems?.split(",").filter(Boolean),
    ttlHours,
  };
}

function checkName(name: string): void {
  if (objectName.accepts(name) && name.length <= longestName) return;
  throw new UserError(
    `${JSON.stringify(name)} is not a review name such as pr-123; write ${objectName.write}, ` +
      `at most ${longestName} characters\n${usage}`,
  );
}

const pathOf = (root: string, stack: string): string => join(root, `Pulumi.${stack}.yaml`);

const line = (text: string): void => console.log(text);

function targetOf({ root, context }: Request): Promise<Target> {
  return chooseTarget(root, base, context, line);
}

const connect = (target: Target): Promise<Cluster> =>
  Cluster.connect(readTarget(target), target.context);

async function up(name: string, request: Request): Promise<number> {
  const { root, systems, ttlHours, context } = request;
  const stack = stackOf(name);
  const path = pathOf(root, stack);
  const isKnown = existsSync(path);
  const expires = new Date(Date.now() + ttlHours * hourMs);
  writeFileSync(path, reviewStackFile({ root, review: name, systems, expires }));
  try {
    await checkApart(root, name);
  } catch (error) {
    if (!isKnown) rmSync(path);
    throw error;
  }
  const target = await targetOf(request);
  const cluster = await connect(target);
  const isLive = (await cluster.labelled(ownedBy(stack))).length > 0;
  if (isLive && (await stateOf(stack, request, target)) === undefined) {
    line(`${name} was deployed from elsewhere, and its secrets are only there: starting afresh`);
    for (const text of await releaseVolumes(cluster, stack)) line(text);
    await clear(cluster, stack);
  }
  const code = await deploy(["--stack", stack, ...(context ? ["--context", context] : [])], root);
  line(
    `review ${name} expires ${expires.toISOString()}; to remove it: npm run review -- down ${name}`,
  );
  return code;
}

/** The review's stack as the backend has it; undefined if it has not. */
async function stateOf(
  stack: string,
  { root }: Request,
  { kubeconfig }: Target,
): Promise<Stack | undefined> {
  const engine = await findEngine({ root, parts: ["kubernetes", "random"], progress: line });
  try {
    return await openStack({ root, stack, engine, kubeconfig, line, create: false });
  } catch (error) {
    if (error instanceof StackNotFoundError) return undefined;
    throw error;
  }
}

/** Refuses a review that would share anything with another stack. */
async function checkApart(root: string, name: string): Promise<void> {
  const { objects } = await collectOffline({ root, stack: stackOf(name) });
  const shared = objects.filter(({ metadata }) => {
    return !(metadata.namespace ?? metadata.name).startsWith(`${name}-`);
  });
  if (shared.length === 0) return;
  throw new UserError(
    `review ${name} would share these with stack ${base}: ${shared.map(describe).join(", ")}; ` +
      "give their system an `inNamespaces` in its definition",
  );
}

async function down(stack: string, request: Request): Promise<number> {
  const { root } = request;
  const target = await targetOf(request);
  const cluster = await connect(target);
  for (const text of await releaseVolumes(cluster, stack)) line(text);
  const state = await stateOf(stack, request, target);
  if (state !== undefined) {
    await operate("down", {
      stack: state,
      cluster,
      screen: process.stdout,
    });
    await forget(stack, request, target);
  }
  const found = await clear(cluster, stack);
  const path = pathOf(root, stack);
  const isKnown = existsSync(path) || state !== undefined || found > 0;
  rmSync(path, { force: true });
  line(`${stack}: ${isKnown ? "removed" : "nothing to remove"}`);
  return 0;
}

/** Removes a stack and its backups from Pulumi's backend, whatever it still lists. */
async function forget(stack: string, { root }: Request, { kubeconfig }: Target): Promise<void> {
  const engine = await findEngine({ root, parts: [], progress: line });
  const env = engineEnvironment(root, engine, stack, kubeconfig);
  const flags = ["--yes", "--force", "--remove-backups", "--preserve-config"];
  const argv = ["stack", "rm", stack, ...flags];
  const { code, stderr } = await runPulumi(argv, { root, engine, env });
  if (code !== 0) throw new UserError(`pulumi cannot remove stack ${stack}: ${stderr.trim()}`);
}

async function sweep(request: Request): Promise<number> {
  const { root } = request;
  const live = await liveReviews(await connect(await targetOf(request)));
  // A stack that is gone from the cluster may still have its file here.
  const files = listStacks(root)
    .filter((stack) => reviewOf(stack) !== undefined && !live.some((it) => it.stack === stack))
    .map((stack) => ({ stack, expires: new Date(String(plainSettings(root, stack)["expires"])) }));
  const expired = [...live, ...files].filter(({ expires }) => expires.getTime() <= Date.now());
  for (const { stack } of expired) await down(stack, request);
  line(`${expired.length} removed, ${live.length + files.length - expired.length} left`);
  return 0;
}

async function list(request: Request): Promise<number> {
  const live = await liveReviews(await connect(await targetOf(request)));
  for (const { review: name, namespaces, expires } of live) {
    const hours = Math.round((expires.getTime() - Date.now()) / hourMs);
    const end = hours > 0 ? `expires in ${hours} h` : "expired";
    line(`${name}: ${namespaces.join(", ")}; ${end}`);
  }
  if (live.length === 0) line("no review stacks");
  return 0;
}
