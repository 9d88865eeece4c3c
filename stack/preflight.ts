import * as pulumi from "@pulumi/pulumi";
import { type Access, Cluster } from "../cluster";
import { messageOf } from "../lib/errors";
import { stackLabel } from "../lib/labels";
import { describe, type KubeObject } from "../lib/objects";

/** An object of the program, as far as it is known before anything exists. */
interface Wanted {
  readonly apiVersion: string;
  readonly kind: string;
  /** Undefined where it hangs on another object, as for all that lives in a namespace of the stack. */
  readonly name: string | undefined;
  /** The kind that a CustomResourceDefinition brings, with its group. */
  readonly brings: string | undefined;
}

/**
 * Holds back every object of a program until the cluster was asked whether it can take them all:
 * whether it knows their kinds, and whether namespaces, or what lies outside of them, belong to another
 * stack. The engine notices the first in the middle of a deployment, and the second never: it would take
 * over what is another stack's.
 *
 * @param stack - The stack that is being deployed.
 * @param access - Where its cluster is, as the provider is told.
 * @returns A transformation for all that the program makes.
 */
export function preflight(
  stack: string,
  access: Access | pulumi.Output<Access>,
): pulumi.ResourceTransformation {
  const wanted: Wanted[] = [];
  // Once the program has run to its end, it has made everything; objects register only afterwards.
  const passed = new Promise((resolve) => setImmediate(resolve)).then(async () => {
    try {
      const known = await promiseOf(pulumi.output(access));
      await check(stack, await Cluster.open(known), wanted);
    } catch (error) {
      throw error instanceof Refusal ? error : new Refusal(messageOf(error));
    }
  });
  // Every object that waits for it tells its failure.
  passed.catch(() => undefined);
  return ({ type, props, opts }): pulumi.ResourceTransformationResult | undefined => {
    if (!type.startsWith("kubernetes:") || type.includes(":helm.sh/")) return undefined;
    wanted.push(wantedOf(type, props));
    const { dependsOn = [] } = opts;
    // The SDK awaits what it is given here; its types know less.
    const held = passed.then(() => dependsOn) as Promise<pulumi.Resource[]>;
    return { props, opts: { ...opts, dependsOn: held } };
  };
}

interface Props {
  readonly metadata?: { readonly name?: unknown; readonly namespace?: unknown };
  readonly spec?: { readonly group?: unknown; readonly names?: { readonly kind?: unknown } };
}

function wantedOf(type: string, { metadata, spec }: Props): Wanted {
  const [, group = "", kind = ""] = type.split(":");
  const { name, namespace } = metadata ?? {};
  return {
    apiVersion: group.replace(/^core\//, ""),
    kind,
    name: typeof name === "string" && namespace === undefined ? name : undefined,
    brings:
      kind === "CustomResourceDefinition"
        ? `${String(spec?.names?.kind)} of ${String(spec?.group)}`
        : undefined,
  };
}

/** @throws RunError that names everything which the cluster cannot take. */
async function check(stack: string, cluster: Cluster, wanted: readonly Wanted[]): Promise<void> {
  const problems = [
    ...(await unknownKinds(cluster, wanted)),
    ...(await foreignObjects(cluster, stack, wanted)),
    ...(await absentObjects(cluster, wanted)),
  ];
  if (problems.length === 0) return;
  throw new Refusal(`nothing was changed:\n  ${problems.join("\n  ")}`);
}

/**
 * Every object meets this error. The SDK tells an error once, but puts the property at which it met it
 * before the message, each time; this one is about no property.
 */
class Refusal extends pulumi.RunError {
  constructor(message: string) {
    super(message);
    Object.defineProperty(this, "message", { get: () => message, set: () => undefined });
  }
}

async function unknownKinds(
  { discovery }: Cluster,
  wanted: readonly Wanted[],
): Promise<readonly string[]> {
  const brought = new Set(wanted.flatMap(({ brings }) => brings ?? []));
  const counts = new Map<string, number>();
  for (const { apiVersion, kind } of wanted) {
    const real = realKind(kind);
    if (brought.has(`${real} of ${apiVersion.split("/")[0] ?? ""}`)) continue;
    const metadata = { name: "" };
    if ((await discovery.find({ apiVersion, kind: real, metadata })) !== undefined) continue;
    const title = `${real} of ${apiVersion}`;
    counts.set(title, (counts.get(title) ?? 0) + 1);
  }
  return [...counts].map(
    ([title, count]) =>
      `the cluster does not know the kind ${title}, of which the stack has ${String(count)}: install ` +
      "the controller that brings it, or change the setting that asks for it",
  );
}

async function foreignObjects(
  cluster: Cluster,
  stack: string,
  wanted: readonly Wanted[],
): Promise<readonly string[]> {
  const objects = wanted.flatMap(({ apiVersion, kind, name }): KubeObject[] =>
    name === undefined ? [] : [{ apiVersion, kind: realKind(kind), metadata: { name } }],
  );
  const found = await Promise.all(objects.map((object) => cluster.find(object)));
  const owned = new Map<string, string[]>();
  for (const [index, object] of objects.entries()) {
    const owner = found[index]?.metadata.labels?.[stackLabel] ?? stack;
    if (owner !== stack) owned.set(owner, [...(owned.get(owner) ?? []), describe(object)]);
  }
  return [...owned].map(
    ([owner, objects]) =>
      `${objects.join(", ")}: owned by stack ${owner} in this cluster. Give one of the two stacks ` +
      "other namespaces and nodes, or deploy it to another cluster",
  );
}

/** What the stack would patch, and is not there. */
async function absentObjects(
  cluster: Cluster,
  wanted: readonly Wanted[],
): Promise<readonly string[]> {
  const found = await Promise.all(
    wanted.map(async ({ apiVersion, kind, name }) => {
      if (name === undefined || !kind.endsWith("Patch")) return [];
      const object: KubeObject = { apiVersion, kind: realKind(kind), metadata: { name } };
      if ((await cluster.find(object)) !== undefined) return [];
      const list = `kubectl get ${object.kind.toLowerCase()}s`;
      return [
        `${describe(object)} is not there, and the stack makes none: name one of \`${list}\``,
      ];
    }),
  );
  return found.flat();
}

/** The kind that a patch is of; patches are kinds of Pulumi's alone. */
const realKind = (kind: string): string => kind.replace(/Patch$/, "");

/** The value of an output that hangs on no resource. */
function promiseOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply(resolve));
}
