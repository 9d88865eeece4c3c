import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Cluster } from "../../cluster";
import { ownedBy } from "../../cluster/ownership";
import { collectObjects } from "../offline/collect";
import { UserError } from "../../lib/errors";
import { withLock } from "../direct/lock";
import { describe } from "../../lib/objects";
import { Passwords } from "../direct/passwords";
import { forgetStack } from "../pulumi/old";
import { Report } from "../direct/report";
import { listStacks, plainSettings, publicPassphrases } from "../project/stackConfig";
import { isName, nameRule } from "../../lib/names";
import { clear, liveReviews } from "../review/live";
import { base, reviewOf, reviewStackFile, stackOf } from "../review/stackFile";
import { readFlags } from "./arguments";
import { isOnPath, up as deploy } from "./stack";
import { chooseTarget, readTarget } from "./target";

const usage = `usage: npm run review -- up NAME [--systems A,B] [--ttl-hours 48]   deploy a throw-away stack like ${base}
       npm run review -- down NAME   remove it wholly, its data too
       npm run review -- sweep       remove those whose time is over
       npm run review -- list        name those that are in the cluster
all of them take --context NAME and --engine pulumi|direct`;
const longestName = 30;
const hourMs = 3_600_000;

interface Request {
  readonly root: string;
  readonly context: string | undefined;
  readonly engine: string | undefined;
  readonly systems: readonly string[] | undefined;
  readonly ttlHours: number;
  readonly report: Report;
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
  // A review stack's file opens by dev's passphrase, also where that is the public one.
  if (process.env["PULUMI_CONFIG_PASSPHRASE_FILE"] === undefined) {
    process.env["PULUMI_CONFIG_PASSPHRASE"] ??= publicPassphrases[base];
  }
  return act(name, request);
}

function readRequest(argv: readonly string[], root: string): Request {
  const flags = readFlags("review", argv, {
    systems: { type: "string" },
    "ttl-hours": { type: "string" },
    context: { type: "string" },
    engine: { type: "string" },
  });
  const text = (name: string): string | undefined => {
    const value = flags[name];
    return typeof value === "string" ? value : undefined;
  };
  const ttlHours = Number(text("ttl-hours") ?? "48");
  if (!(ttlHours > 0 && ttlHours <= 8760)) {
    throw new UserError(
      `--ttl-hours ${text("ttl-hours") ?? ""}: allowed are numbers above 0, at most 8760`,
    );
  }
  return {
    root,
    context: text("context"),
    engine: text("engine"),
    systems: text("systems")?.split(",").filter(Boolean),
    ttlHours,
    report: new Report((line) => console.log(line)),
  };
}

function checkName(name: string): void {
  if (isName(name) && name.length <= longestName) return;
  throw new UserError(
    `${JSON.stringify(name)} is no name for a review, which is like pr-123; allowed: ${nameRule}, ` +
      `at most ${longestName} characters\n${usage}`,
  );
}

const pathOf = (root: string, stack: string): string => join(root, `Pulumi.${stack}.yaml`);

async function connect({ root, context, report }: Request): Promise<Cluster> {
  const target = await chooseTarget(root, base, context, (line) => report.line(line));
  return Cluster.connect(readTarget(target), target.context);
}

async function up(name: string, request: Request): Promise<number> {
  const { root, systems, ttlHours, context, engine, report } = request;
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
  const cluster = await connect(request);
  if (!isKnown && (await cluster.labelled(ownedBy(stack))).length > 0) {
    report.line(`${name} was made elsewhere, and its secrets are only there: it starts anew`);
    await withLock(root, stack, () => clear(cluster, stack, report));
    await forget(stack, request);
  }
  const flags = Object.entries({ stack, context, engine }).flatMap(([flag, value]) =>
    value === undefined ? [] : [`--${flag}`, value],
  );
  const code = await deploy(flags, root);
  report.line(`review ${name} ends ${expires.toISOString()}; npm run review -- down ${name}`);
  return code;
}

/** Refuses a review that would share anything with another stack. */
async function checkApart(root: string, name: string): Promise<void> {
  const { objects } = await collectObjects({ root, stack: stackOf(name) });
  const shared = objects.filter(({ metadata }) => {
    return !(metadata.namespace ?? metadata.name).startsWith(`${name}-`);
  });
  if (shared.length === 0) return;
  throw new UserError(
    `review ${name} would share these with stack ${base}: ${shared.map(describe).join(", ")}; ` +
      "their system must say in its table entry how it gets namespaces of its own (`inNamespaces`)",
  );
}

async function down(stack: string, request: Request): Promise<number> {
  const { root, report } = request;
  const cluster = await connect(request);
  const found = await withLock(root, stack, () => clear(cluster, stack, report));
  await forget(stack, request);
  const path = pathOf(root, stack);
  const isKnown = existsSync(path);
  rmSync(path, { force: true });
  report.line(
    `${stack}: ${found || isKnown ? "nothing is left of it" : "there was nothing of it"}`,
  );
  return 0;
}

/** Removes what this machine keeps of a stack: its generated passwords, its state. */
async function forget(stack: string, { root, engine }: Request): Promise<void> {
  Passwords.forget(root, stack);
  if (engine !== "direct" && isOnPath("pulumi")) await forgetStack(root, stack);
}

async function sweep(request: Request): Promise<number> {
  const { root, report } = request;
  const live = await liveReviews(await connect(request));
  // A stack that the cluster no longer has may still have its file here.
  const files = listStacks(root)
    .filter((stack) => reviewOf(stack) !== undefined && !live.some((it) => it.stack === stack))
    .map((stack) => ({ stack, expires: new Date(String(plainSettings(root, stack)["expires"])) }));
  const expired = [...live, ...files].filter(({ expires }) => expires.getTime() <= Date.now());
  for (const { stack } of expired) await down(stack, request);
  report.line(`${expired.length} removed, ${live.length + files.length - expired.length} left`);
  return 0;
}

async function list(request: Request): Promise<number> {
  const live = await liveReviews(await connect(request));
  for (const { review: name, namespaces, expires } of live) {
    const hours = Math.round((expires.getTime() - Date.now()) / hourMs);
    const end = hours > 0 ? `ends in ${hours} h` : "its time is over";
    request.report.line(`${name}: ${namespaces.join(", ")}; ${end}`);
  }
  if (live.length === 0) request.report.line("no review stacks");
  return 0;
}
