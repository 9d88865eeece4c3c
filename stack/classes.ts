import * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "../cluster";
import { ApiError, itemsOf } from "../cluster/client";
import { collectionPath } from "../cluster/discovery";
import { keyAt } from "../config/problems";
import { annotation, at, describe, isJson, type KubeObject, listAt, textAt } from "../lib/objects";

const storageClass = {
  setting: "storageClassName",
  kind: "StorageClass",
  apiVersion: "storage.k8s.io/v1",
} as const;

/** The kinds that settings name, each with the end of such a setting's key. */
const classes = [
  { setting: "priorityClassName", kind: "PriorityClass", apiVersion: "scheduling.k8s.io/v1" },
  storageClass,
  { setting: "className", kind: "IngressClass", apiVersion: "networking.k8s.io/v1" },
  {
    setting: "snapshotClassName",
    kind: "VolumeSnapshotClass",
    apiVersion: "snapshot.storage.k8s.io/v1",
  },
  { setting: "tls.issuer", kind: "ClusterIssuer", apiVersion: "cert-manager.io/v1" },
] as const;

const persistentVolume = { kind: "PersistentVolume", apiVersion: "v1" };

type Kind = (typeof classes)[number]["kind"];

/** All objects of a kind; undefined where the cluster lacks the kind, or the account may not list it. */
type List = (
  of: Readonly<Record<"kind" | "apiVersion", string>>,
) => Promise<readonly KubeObject[] | undefined>;

/**
 * Classes and issuers that a stack needs and the cluster lacks. The API server would refuse the pods of an
 * absent PriorityClass; claims would stay Pending without their StorageClass or, if they name none, a default
 * one; a certificate or a snapshot would never come. An absent IngressClass is only warned of where the cluster
 * has none at all: then the controller may match the name by a flag of its own.
 */
export async function absentClasses(
  cluster: Cluster,
  settings: Readonly<Record<string, unknown>>,
  objects: readonly KubeObject[],
): Promise<readonly string[]> {
  const list = lister(cluster);
  const absent = classes.map(async (each): Promise<readonly string[]> => {
    const { setting, kind } = each;
    const wanted = Object.entries(settings).flatMap(([key, own]) => named(setting, own, key));
    const known = wanted.length === 0 ? undefined : await list(each);
    if (known === undefined) return [];
    const unknown = wanted.filter(
      ([, name]) => !known.some(({ metadata }) => metadata.name === name),
    );
    const [refused, warned] = await judged(list, kind, known, unknown);
    const lines = (of: Named): readonly string[] =>
      of.map(([key, name]) => `${key}: the cluster has no ${kind} ${name}; ${others(kind, known)}`);
    for (const line of lines(warned)) {
      void pulumi.log.warn(`${line}, unless your controller matches the name without one`);
    }
    return lines(refused);
  });
  return [...(await Promise.all(absent)).flat(), ...(await absentDefault(cluster, list, objects))];
}

/** Keys, each with the name that stands there. */
type Named = readonly (readonly [key: string, name: string])[];

/** Which of the unknown names are to be refused, and which only to be warned of. */
async function judged(
  list: List,
  kind: Kind,
  known: readonly KubeObject[],
  unknown: Named,
): Promise<readonly [refused: Named, warned: Named]> {
  if (kind === "IngressClass" && known.length === 0) return [[], unknown];
  if (kind !== "StorageClass" || unknown.length === 0) return [unknown, []];
  // Volumes made by hand, or of a class that was deleted since, need only its name.
  const volumes = await list(persistentVolume);
  if (volumes === undefined) return [[], []];
  const held = volumes.map(classOf);
  return [unknown.filter(([, name]) => !held.includes(name)), []];
}

/** That new claims name no class, where the cluster has neither a default one nor a volume for them. */
async function absentDefault(
  cluster: Cluster,
  list: List,
  objects: readonly KubeObject[],
): Promise<readonly string[]> {
  const open = objects.filter(hasOpenClaim);
  const known = open.length === 0 ? undefined : await list(storageClass);
  if (known === undefined || known.some(isDefault)) return [];
  const live = await Promise.all(open.map((object) => cluster.find(object)));
  const fresh = open.filter((_, index) => !isServed(live[index]));
  const volumes = fresh.length === 0 ? undefined : await list(persistentVolume);
  const isFree = (volume: KubeObject): boolean =>
    classOf(volume) === "" && textAt(volume, "status", "phase") === "Available";
  if (volumes === undefined || volumes.some(isFree)) return [];
  return [
    `${fresh.map(describe).join(", ")}: no storageClassName, and the cluster has no default ` +
      `StorageClass; ${others("StorageClass", known)}`,
  ];
}

const classOf = (object: KubeObject): string => textAt(object, "spec", "storageClassName");

/** Whether a claim, or a template of claims, leaves the class to the cluster. */
function hasOpenClaim(object: KubeObject): boolean {
  const claims = object.kind === "PersistentVolumeClaim" ? [object] : [];
  return [...claims, ...listAt(object, "spec", "volumeClaimTemplates")].some(
    (claim) => at(claim, "spec", "storageClassName") === undefined,
  );
}

/** The claims of a live StatefulSet have been made; a live claim may still wait. */
const isServed = (live: KubeObject | undefined): boolean =>
  live !== undefined && ["", "Bound"].includes(textAt(live, "status", "phase"));

const isDefault = (found: KubeObject): boolean =>
  ["storageclass", "storageclass.beta"].some(
    (group) => annotation(found, `${group}.kubernetes.io/is-default-class`) === "true",
  );

/** What to do, in the words of a message. */
function others(kind: Kind, known: readonly KubeObject[]): string {
  // Those of Kubernetes' own pods are not for others.
  const names = known
    .map(({ metadata }) => metadata.name)
    .filter((it) => !it.startsWith("system-"));
  const list = `\`kubectl get ${kind.toLowerCase()}\``;
  return `it has ${names.join(", ") || "none"}. Choose one that ${list} prints, or create it`;
}

/** Reads each kind once. */
function lister(cluster: Cluster): List {
  const lists = new Map<string, ReturnType<List>>();
  return async (of) => {
    const list = lists.get(of.kind) ?? read(cluster, of);
    lists.set(of.kind, list);
    return await list;
  };
}

async function read(cluster: Cluster, of: Parameters<List>[0]): ReturnType<List> {
  const resource = await cluster.discovery.find({ ...of, metadata: { name: "" } });
  if (resource === undefined) return undefined;
  try {
    return itemsOf(await cluster.client.json({ path: collectionPath(resource) }));
  } catch (error) {
    // An account that may not list a kind may still use it.
    if (error instanceof ApiError && error.status === 403) return undefined;
    throw error;
  }
}

/** The keys of all settings that end in the same words, with their texts. */
function named(end: string, value: unknown, key: string): Named {
  if (typeof value === "string") return key.endsWith(`.${end}`) ? [[key, value]] : [];
  const entries = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(isJson(value) ? value : {});
  return entries.flatMap(([step, inner]: [string | number, unknown]) =>
    named(end, inner, keyAt(key, [step])),
  );
}
