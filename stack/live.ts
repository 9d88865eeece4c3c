import type { Cluster } from "../cluster";
import { ApiError, itemsOf } from "../cluster/client";
import { refusedAdoption } from "../lib/adoption";
import { stackLabel } from "../lib/labels";
import {
  handedOver,
  type Maker,
  makersOf,
  type Makers,
  movedNamespaces,
  type RefusedChange,
  refusedReplacement,
  wayOf,
} from "../lib/liveChanges";
import { at, isJson, type Json, type KubeObject, textAt } from "../lib/objects";
import { isQuantity, parseQuantity } from "../lib/quantity";

/** Stands for what the program does not know before the engine has worked on another object. */
export const unknown = Symbol("unknown");

const dataKinds = new Set(["PersistentVolumeClaim", "PersistentVolume", "StatefulSet"]);

/**
 * The changes of a deployed stack that must not be tried, since they would stop half-way, delete data or
 * take a Secret from the pods that use it.
 *
 * @param wanted - All objects of the program; what is not known of one is `unknown`.
 */
export async function harmfulChanges(
  cluster: Cluster,
  stack: string,
  wanted: readonly KubeObject[],
): Promise<readonly RefusedChange[]> {
  const all = (await list(cluster, "/api/v1/namespaces")).map((each) => ({
    ...each,
    apiVersion: "v1",
    kind: "Namespace",
  }));
  const ownerOf = ({ metadata }: KubeObject): string | undefined => metadata.labels?.[stackLabel];
  const namespaces = all.filter((each) => ownerOf(each) === stack);
  const own = inside(namespaces, wanted);
  const unowned = all.filter((each) => ownerOf(each) === undefined);
  const met = inside(unowned, wanted);
  // Nothing is deployed.
  if (own.length + met.length === 0) return [];
  const fixed =
    namespaces.length === 0
      ? []
      : wanted.filter(({ metadata }) => metadata.namespace === undefined);
  const there = [...fixed, ...own];
  const data = there.filter(({ kind }) => dataKinds.has(kind));
  const changed = await Promise.all(data.map((object) => changeOf(cluster, object)));
  const adopted = await Promise.all(met.map((object) => adoptionOf(cluster, object)));
  const makers = makersOf([...there, ...met]);
  const inPlace = await liveMakers(cluster, stack, [...makers.keys()]);
  const gone = namespaces.filter(
    ({ metadata: { name } }) =>
      !wanted.some((it) => it.kind === "Namespace" && it.metadata.name === name),
  );
  const left = await Promise.all(gone.map(({ metadata: { name } }) => contentOf(cluster, name)));
  return [
    ...changed.flat(),
    ...adopted.flat(),
    ...handedOver(inPlace, makers),
    ...movedNamespaces([...namespaces, ...left.flat()], wanted),
  ];
}

/** The objects that are to be in some namespaces. */
function inside(
  namespaces: readonly KubeObject[],
  wanted: readonly KubeObject[],
): readonly KubeObject[] {
  const names = new Set(namespaces.map(({ metadata }) => metadata.name));
  return wanted.filter(({ metadata: { namespace = "" } }) => names.has(namespace));
}

/** An object in a namespace that the stack has not had yet. */
async function adoptionOf(cluster: Cluster, object: KubeObject): Promise<readonly RefusedChange[]> {
  const live = await cluster.find(object);
  if (live === undefined) return [];
  const refused = refusedAdoption(live, withoutUnknown(object, live));
  return [...(refused ? [refused] : []), ...(await growth(cluster, live, object))];
}

async function changeOf(cluster: Cluster, object: KubeObject): Promise<readonly RefusedChange[]> {
  const live = await cluster.find(object);
  if (live === undefined) return [];
  const applied = { ...appliedPart(live), apiVersion: object.apiVersion, kind: object.kind };
  const known = withoutUnknown(object, applied);
  const replacement = refusedReplacement(comparable(applied as KubeObject), comparable(known));
  return [...(replacement ? [replacement] : []), ...(await growth(cluster, live, object))];
}

/** A claim can only grow if its class allows that. */
async function growth(
  cluster: Cluster,
  live: KubeObject,
  object: KubeObject,
): Promise<readonly RefusedChange[]> {
  if (object.kind !== "PersistentVolumeClaim") return [];
  const path = ["spec", "resources", "requests", "storage"];
  const [old, now] = [live, object].map((each) => textAt(each, ...path)) as [string, string];
  if (!isQuantity(old) || !isQuantity(now) || parseQuantity(now) <= parseQuantity(old)) return [];
  const name = textAt(live, "spec", "storageClassName");
  const metadata = { name };
  const type = { apiVersion: "storage.k8s.io/v1", kind: "StorageClass", metadata };
  const found = name === "" ? undefined : await cluster.find(type);
  if (at(found, "allowVolumeExpansion") === true) return [];
  const of = name === "" ? "a volume without a StorageClass" : `StorageClass ${name}`;
  const why = `spec.resources.requests.storage ${old} → ${now}: ${of} does not let volumes grow`;
  return [{ object, why, way: wayOf(object) ?? "" }];
}

/** What the engine has applied, by whatever name, and so what it compares the program with. */
function appliedPart({ metadata: { managedFields = [], ...metadata }, ...live }: KubeObject): Json {
  const own = managedFields.filter(({ manager = "" }) => manager.startsWith("pulumi"));
  const all = { ...live, metadata };
  return own.reduce<Json>((sum, fields) => merged(sum, picked(all, at(fields, "fieldsV1"))), {});
}

function picked(value: unknown, fields: unknown): Json {
  if (!isJson(fields)) return {};
  return Object.fromEntries(
    Object.entries(fields).flatMap(([field, inner]): [string, unknown][] => {
      const key = field.replace(/^f:/, "");
      const found = at(value, key);
      if (field === "." || found === undefined) return [];
      const isWhole = !isJson(found) || !isJson(inner) || Object.keys(inner).length === 0;
      return [[key, isWhole ? found : picked(found, inner)]];
    }),
  );
}

function merged(left: Json, right: Json): Json {
  const entries = Object.entries(right).map(([key, value]): [string, unknown] => {
    const old = left[key];
    return [key, isJson(old) && isJson(value) ? merged(old, value) : value];
  });
  return { ...left, ...Object.fromEntries(entries) };
}

/** With what is applied in the place of what is not known. */
function withoutUnknown<T>(value: T, applied: unknown): T {
  if (value === unknown) return applied as T;
  if (Array.isArray(value)) {
    return value.map((each, index) => withoutUnknown(each as unknown, at(applied, index))) as T;
  }
  if (!isJson(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, withoutUnknown(inner, at(applied, key))]),
  ) as T;
}

/** Without what the API server adds to a claim template. */
function comparable(object: KubeObject): KubeObject {
  const { spec } = object;
  if (!isJson(spec) || !Array.isArray(spec["volumeClaimTemplates"])) return object;
  const templates = spec["volumeClaimTemplates"].map((each) => ({
    name: at(each, "metadata", "name"),
    accessModes: at(each, "spec", "accessModes"),
    storageClassName: at(each, "spec", "storageClassName"),
  }));
  return { ...object, spec: { ...spec, volumeClaimTemplates: templates } };
}

/** Who makes the Secrets of these names today. */
async function liveMakers(
  cluster: Cluster,
  stack: string,
  places: readonly string[],
): Promise<Makers> {
  const found = await Promise.all(
    places.map(async (place): Promise<readonly (readonly [string, Maker])[]> => {
      const [namespace = "", name = ""] = place.split("/");
      const of = (apiVersion: string, kind: string) =>
        cluster.find({ apiVersion, kind, metadata: { namespace, name } }).catch(unlessForbidden);
      if (await of("external-secrets.io/v1", "ExternalSecret")) return [[place, "ExternalSecret"]];
      if (await of("bitnami.com/v1alpha1", "SealedSecret")) return [[place, "SealedSecret"]];
      const secret = await of("v1", "Secret");
      if (secret === undefined) return [];
      return [[place, secret.metadata.labels?.[stackLabel] === stack ? "up" : "you"]];
    }),
  );
  return new Map(found.flat());
}

/** Whoever may not read such objects has deployed none. */
function unlessForbidden(error: unknown): undefined {
  if (!(error instanceof ApiError && error.status === 403)) throw error;
}

/** What runs and what is kept in a namespace. */
async function contentOf(cluster: Cluster, namespace: string): Promise<readonly KubeObject[]> {
  const kinds = [
    ["/api/v1", "PersistentVolumeClaim"],
    ["/apis/apps/v1", "Deployment"],
    ["/apis/apps/v1", "StatefulSet"],
  ] as const;
  const lists = await Promise.all(
    kinds.map(async ([group, kind]) => {
      const path = `${group}/namespaces/${namespace}/${kind.toLowerCase()}s`;
      const items = await list(cluster, path);
      return items.map((each) => ({ ...each, kind, apiVersion: "" }));
    }),
  );
  return lists.flat();
}

const list = async (cluster: Cluster, path: string): Promise<readonly KubeObject[]> =>
  itemsOf(await cluster.client.json({ path }));
