import type { Cluster } from "../../cluster";
import { ApiError } from "../../cluster/client";
import { dryRunOf } from "../../cluster/dryRun";
import { wayAround } from "../../lib/adoption";
import { type FieldChange, fieldChanges } from "../../lib/fieldChanges";
import { stackLabel } from "../../lib/labels";
import { shown } from "../../lib/liveChanges";
import { at, isBorrowed, isJson, keyOf, type KubeObject, listAt, textAt } from "../../lib/objects";
import { harmfulChanges } from "../../stack/live";

/** An object that somebody else has made, or would be refused where it is to be. */
export interface Existing {
  readonly object: KubeObject;
  readonly live: KubeObject | undefined;
  /** What `up` changes in it. */
  readonly changes: readonly FieldChange[];
  /** Why `up` cannot take it over, and what to do. @default - it can */
  readonly refused?: { readonly reasons: readonly string[]; readonly way: string };
}

/** The objects of a stack that others have made, and those that the API server would refuse beside them. */
export async function findExisting(
  cluster: Cluster,
  stack: string,
  wanted: readonly KubeObject[],
): Promise<readonly Existing[]> {
  const refusals = await harmfulChanges(cluster, stack, wanted);
  const found = wanted.map(async (object): Promise<Existing | undefined> => {
    const live = await cluster.find(object);
    const owner = live?.metadata.labels?.[stackLabel];
    if (isBorrowed(object) || owner === stack) return undefined;
    const refuse = (reasons: readonly string[], way: string): Existing => {
      return { object, live, changes: [], refused: { reasons, way } };
    };
    if (owner !== undefined) {
      return refuse([`owned by stack ${owner}`], "Give one of the two stacks other namespaces");
    }
    const known = refusals.filter((each) => keyOf(each.object) === keyOf(object));
    if (live !== undefined && object.kind === "Secret" && known.length > 0) {
      return refuse(valuesOf(object, live), handOver(object, stack));
    }
    if (known[0] !== undefined) {
      return refuse(
        known.map(({ why }) => why),
        known[0].way,
      );
    }
    const merged = await dryRun(cluster, object);
    if (merged instanceof ApiError) {
      // In a namespace that is yet to come, nothing can be tried.
      if (live === undefined) return merged.status === 404 ? undefined : refuse(...asNew(merged));
      return refuse(reasonsOf(merged), wayAround(live));
    }
    if (live === undefined || merged === undefined) return undefined;
    const left = await leftovers(cluster, object, merged);
    if (left.length > 0) return refuse(left, `Take that out of it; or ${lower(wayAround(live))}`);
    return { object, live, changes: fieldChanges(comparable(live), comparable(merged)) };
  });
  return (await Promise.all(found)).filter((each) => each !== undefined);
}

const asNew = (error: ApiError): readonly [readonly string[], string] => [
  reasonsOf(error),
  "Remove what is in its way, or change the setting",
];

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** Kinds whose other fields may stay, and fields that the API server or an autoscaler chooses. */
const lenient = new Set(["Namespace", "PersistentVolume", "PersistentVolumeClaim"]);
const chosen = /^spec\.(clusterIPs?|replicas|healthCheckNodePort|ports\[.*\.nodePort)\b/;

/**
 * What would stay in an object beside what the stack sets, since applying takes away nothing of others: what
 * the API server would not make of the same object if it were new.
 */
async function leftovers(
  cluster: Cluster,
  object: KubeObject,
  merged: KubeObject,
): Promise<readonly string[]> {
  if (lenient.has(object.kind)) return [];
  const metadata = { ...object.metadata, name: "yet-to-come" };
  const fresh = await dryRun(cluster, { ...object, metadata });
  // It may be refused for what the object itself has, such as a node port.
  if (fresh === undefined || fresh instanceof ApiError) return [];
  const changes = fieldChanges({ spec: fresh["spec"] }, { spec: merged["spec"] });
  return changes
    .filter(({ path }) => !chosen.test(path))
    .map(({ path, after }) => `${path} ${shown(after)} would stay`);
}

/** What would become of an object. Undefined if the cluster lacks its kind. */
async function dryRun(
  { client, discovery }: Cluster,
  object: KubeObject,
): Promise<KubeObject | ApiError | undefined> {
  const resource = await discovery.find(object);
  if (resource === undefined) return undefined;
  return client.json(dryRunOf(resource, object)).catch((error: unknown) => {
    if (error instanceof ApiError) return error;
    throw error;
  }) as Promise<KubeObject | ApiError>;
}

/** The fields that the API server names, or else all that it says. */
function reasonsOf({ body, message }: ApiError): readonly string[] {
  const causes = listAt(body, "details", "causes");
  const fields = causes.map((each) => `${textAt(each, "field")}: ${textAt(each, "message")}`);
  return fields.length > 0 ? fields : [message];
}

/** Without what the API server writes itself. */
function comparable({ metadata, status: _, ...content }: KubeObject) {
  const { labels = {}, annotations = {} } = metadata;
  return { metadata: { labels, annotations }, ...content };
}

/** How the values of a live Secret compare with the stack's. */
function valuesOf(object: KubeObject, live: KubeObject): readonly string[] {
  const wanted = isJson(object["stringData"]) ? object["stringData"] : {};
  return Object.entries(wanted).map(([key, value]) => {
    const found = at(live, "data", key);
    if (found === undefined) return `key ${key} is missing`;
    const isSame = found === Buffer.from(String(value)).toString("base64");
    return `key ${key} has ${isSame ? "the stack's value" : "another value than the stack's"}`;
  });
}

function handOver({ metadata: { name, namespace = "" } }: KubeObject, stack: string): string {
  return (
    `Store its values with \`npm run secrets -- --stack ${stack} --set KEY\`; when every key has the stack's ` +
    `value, run \`kubectl label secret ${name} -n ${namespace} ${stackLabel}=${stack}\``
  );
}
