import * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "../cluster";
import { ApiError, itemsOf } from "../cluster/client";
import { keyAt } from "../config/problems";
import { annotation, at, describe, isJson, type KubeObject, listAt, textAt } from "../lib/objects";

/** The settings that name a class, with its kind and where the cluster lists all of the kind. */
const classes = [
  ["priorityClassName", "PriorityClass", "/apis/scheduling.k8s.io/v1/priorityclasses"],
  ["storageClassName", "StorageClass", "/apis/storage.k8s.io/v1/storageclasses"],
  ["className", "IngressClass", "/apis/networking.k8s.io/v1/ingressclasses"],
] as const;
const [, [, , storageClasses]] = classes;

type Kind = (typeof classes)[number][1];

/**
 * Classes that a stack needs and the cluster lacks. The API server would refuse the pods of an absent
 * PriorityClass; claims would stay Pending without their StorageClass or, if they name none, a default one.
 * An absent IngressClass is only warned of where the cluster has none at all: then the controller may match
 * the name by a flag of its own.
 */
export async function absentClasses(
  cluster: Cluster,
  settings: Readonly<Record<string, unknown>>,
  objects: readonly KubeObject[],
): Promise<readonly string[]> {
  const absent = classes.map(async ([setting, kind, path]): Promise<readonly string[]> => {
    const wanted = Object.entries(settings).flatMap(([key, own]) => named(setting, own, key));
    const known = wanted.length === 0 ? undefined : await list(cluster, path);
    if (known === undefined) return [];
    const unknown = wanted.filter(
      ([, name]) => !known.some(({ metadata }) => metadata.name === name),
    );
    const [refused, warned] = await judged(cluster, kind, known, unknown);
    const lines = (of: Named): readonly string[] =>
      of.map(([key, name]) => `${key}: the cluster has no ${kind} ${name}; ${others(kind, known)}`);
    for (const line of lines(warned)) {
      void pulumi.log.warn(`${line}, unless your controller matches the name without one`);
    }
    return lines(refused);
  });
  return [...(await Promise.all(absent)).flat(), ...(await absentDefault(cluster, objects))];
}

/** Keys, each with the name that stands there. */
type Named = readonly (readonly [key: string, name: string])[];

/** Which of the unknown names are to be refused, and which only to be warned of. */
async function judged(
  cluster: Cluster,
  kind: Kind,
  known: readonly KubeObject[],
  unknown: Named,
): Promise<readonly [refused: Named, warned: Named]> {
  if (kind === "IngressClass" && known.length === 0) return [[], unknown];
  if (kind !== "StorageClass" || unknown.length === 0) return [unknown, []];
  // Volumes made by hand, or of a class that was deleted since, need only its name.
  const volumes = await list(cluster, "/api/v1/persistentvolumes");
  if (volumes === undefined) return [[], []];
  const held = volumes.map(classOf);
  return [unknown.filter(([, name]) => !held.includes(name)), []];
}

/** That new claims name no class, where the cluster has neither a default one nor a volume for them. */
async function absentDefault(
  cluster: Cluster,
  objects: readonly KubeObject[],
): Promise<readonly string[]> {
  const open = objects.filter(hasOpenClaim);
  const known = open.length === 0 ? undefined : await list(cluster, storageClasses);
  if (known === undefined || known.some(isDefault)) return [];
  const live = await Promise.all(open.map((object) => cluster.find(object)));
  const fresh = open.filter((_, index) => !isServed(live[index]));
  const volumes = fresh.length === 0 ? undefined : await list(cluster, "/api/v1/persistentvolumes");
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

/** All objects of a kind; undefined for an account that may not list them, but may still use them. */
async function list(cluster: Cluster, path: string): Promise<readonly KubeObject[] | undefined> {
  try {
    return itemsOf(await cluster.client.json({ path }));
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return undefined;
    throw error;
  }
}

/** The keys of all settings of one name, with their texts. */
function named(wanted: string, value: unknown, key: string): Named {
  const entries = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(isJson(value) ? value : {});
  return entries.flatMap(([step, inner]: [string | number, unknown]): Named => {
    const own = keyAt(key, [step]);
    if (step !== wanted || typeof inner !== "string") return named(wanted, inner, own);
    return [[own, inner]];
  });
}
