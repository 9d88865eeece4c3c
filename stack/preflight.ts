import * as pulumi from "@pulumi/pulumi";
import { type Access, Cluster } from "../cluster";
import { plainNamespace } from "../components";
import { messageOf } from "../lib/errors";
import { stackLabel } from "../lib/labels";
import { changeLine } from "../lib/liveChanges";
import { describe, isJson, type Json, type KubeObject } from "../lib/objects";
import { absentClasses } from "./classes";
import { harmfulChanges, unknown } from "./live";
import { missingRights } from "./rights";

/** What is known of an object of the program before anything exists. */
interface Wanted {
  readonly apiVersion: string;
  readonly kind: string;
  /** Undefined where it depends on another object, as everything in a namespace of the stack does. */
  readonly name: string | undefined;
  /** The kind that a CustomResourceDefinition defines, with its group. */
  readonly defines: string | undefined;
  /** As far as it is known; an output stands as `unknown`. */
  readonly object: KubeObject | undefined;
}

/**
 * Holds every object of a program back until it is certain that the cluster can take them all: the user may
 * deploy them, it knows their kinds and the classes of their pods, volumes and Ingresses, no namespace or other cluster-scoped object belongs
 * to another stack, and no change of what is deployed does harm. The engine would notice an unknown kind
 * in the middle of a deployment, and a foreign object never: it would take the object over.
 *
 * @param stack - The stack that is being deployed.
 * @param access - How to reach its cluster, as the provider is told.
 * @param settings - The settings of its systems, by their keys.
 * @returns A transformation for all resources of the program.
 */
export function preflight(
  stack: string,
  access: Access | pulumi.Output<Access>,
  settings: Readonly<Record<string, unknown>> = {},
): pulumi.ResourceTransformation {
  const wanted: Wanted[] = [];
  // When the program has run to its end, it has created everything; objects register only afterwards.
  const passed = new Promise((resolve) => setImmediate(resolve)).then(async () => {
    try {
      const known = await promiseOf(pulumi.output(access));
      await check(stack, await Cluster.open(known), wanted, settings);
    } catch (error) {
      throw error instanceof Refusal ? error : new Refusal(messageOf(error));
    }
  });
  // Every object that waits for it reports its failure.
  passed.catch(() => undefined);
  return ({ type, props, opts }): pulumi.ResourceTransformationResult | undefined => {
    if (!type.startsWith("kubernetes:") || type.includes(":helm.sh/")) return undefined;
    wanted.push(wantedOf(type, props));
    const { dependsOn = [] } = opts;
    // The SDK also awaits a promise here; its types do not say so.
    const held = passed.then(() => dependsOn) as Promise<pulumi.Resource[]>;
    return { props, opts: { ...opts, dependsOn: held } };
  };
}

interface Props {
  readonly metadata?: { readonly name?: unknown; readonly namespace?: unknown };
  readonly spec?: { readonly group?: unknown; readonly names?: { readonly kind?: unknown } };
}

function wantedOf(type: string, props: Props): Wanted {
  const { metadata, spec } = props;
  const [, group = "", kind = ""] = type.split(":");
  const { name, namespace } = metadata ?? {};
  const apiVersion = group.replace(/^core\//, "");
  return {
    apiVersion,
    kind,
    name: typeof name === "string" && namespace === undefined ? name : undefined,
    defines:
      kind === "CustomResourceDefinition"
        ? `${String(spec?.names?.kind)} of ${String(spec?.group)}`
        : undefined,
    object: typeof name === "string" ? objectOf(apiVersion, kind, props, name) : undefined,
  };
}

function objectOf(apiVersion: string, kind: string, props: Props, name: string): KubeObject {
  const known = knownPart(props) as Json;
  const namespace = plainNamespace(props.metadata?.namespace);
  const metadata = { ...(known["metadata"] as Json), namespace, name };
  return { ...known, apiVersion, kind, metadata } as KubeObject;
}

function knownPart(value: unknown): unknown {
  if (pulumi.Output.isInstance(value) || value instanceof Promise) return unknown;
  if (Array.isArray(value)) return value.map(knownPart);
  if (!isJson(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, knownPart(inner)]));
}

/** @throws Refusal that names everything that the cluster cannot take. */
async function check(
  stack: string,
  cluster: Cluster,
  wanted: readonly Wanted[],
  settings: Readonly<Record<string, unknown>>,
): Promise<void> {
  const objects = wanted.flatMap(({ object }) => object ?? []);
  // First: without them, the other questions are refused one by one.
  refuse(await missingRights(cluster, objects.map(realObject)));
  const problems = await Promise.all([
    unknownKinds(cluster, wanted),
    foreignObjects(cluster, stack, wanted),
    absentObjects(cluster, wanted),
    absentClasses(cluster, settings, objects),
    harmfulChanges(cluster, stack, objects).then((changes) => changes.map(changeLine)),
  ]);
  refuse(problems.flat());
}

function refuse(problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new Refusal(
    `the cluster cannot take this stack; nothing was changed:\n  ${problems.join("\n  ")}`,
  );
}

/**
 * Every object fails with this error. The SDK prints an error once, but each time prefixes its message
 * with the property that was being read; this error concerns no property, so its message is fixed.
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
  const defined = new Set(wanted.flatMap(({ defines }) => defines ?? []));
  const counts = new Map<string, number>();
  for (const { apiVersion, kind } of wanted) {
    const real = realKind(kind);
    if (defined.has(`${real} of ${apiVersion.split("/")[0] ?? ""}`)) continue;
    const metadata = { name: "" };
    if ((await discovery.find({ apiVersion, kind: real, metadata })) !== undefined) continue;
    const title = `${real} of ${apiVersion}`;
    counts.set(title, (counts.get(title) ?? 0) + 1);
  }
  return [...counts].map(
    ([title, count]) =>
      `the cluster does not know the kind ${title} (objects of the stack: ${count}): install the ` +
      "operator that defines it, or change the setting that asks for it",
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
      "other namespaces and nodes, or another cluster",
  );
}

/** Objects that the stack would patch, but that do not exist. */
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
      return [`${describe(object)} does not exist; choose one that \`${list}\` prints`];
    }),
  );
  return found.flat();
}

/** The kind that a patch applies to: patches are kinds in Pulumi only. */
const realKind = (kind: string): string => kind.replace(/Patch$/, "");

const realObject = (object: KubeObject): KubeObject => ({ ...object, kind: realKind(object.kind) });

/** The value of an output that depends on no resource. */
function promiseOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply(resolve));
}
