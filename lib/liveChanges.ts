import { fieldChanges } from "./fieldChanges";
import { replacementOf } from "./immutable";
import { isRetained, systemLabel } from "./labels";
import { describe, isJson, type KubeObject, textAt } from "./objects";

/** A change that a deployed stack does not survive unharmed; it is refused before anything changes. */
export interface RefusedChange {
  readonly object: KubeObject;
  /** What changes, and what it would do. */
  readonly why: string;
  /** How to get there, or back. */
  readonly way: string;
}

/** In one line. */
export const changeLine = ({ object, why, way }: RefusedChange): string =>
  `${describe(object)}: ${why}. ${way}`;

const inside = ({ metadata }: KubeObject): string => `-n ${metadata.namespace ?? "default"}`;

const claimWay = (name: string, namespace: string, more = ""): string =>
  "Set it back; or save the data, run " +
  `\`kubectl delete pvc ${name} -n ${namespace} --wait=false && kubectl delete pods --all -n ${namespace}${more}\`, ` +
  "then up, and restore the data";

/** How a person replaces an object that no live change can bring about; undefined where `up` may. */
export function wayOf(object: KubeObject): string | undefined {
  const { kind, metadata } = object;
  if (kind === "PersistentVolumeClaim") return claimWay(metadata.name, metadata.namespace ?? "");
  if (kind === "PersistentVolume") {
    const [claim, namespace] = ["name", "namespace"].map((key) =>
      textAt(object, "spec", "claimRef", key),
    );
    return claimWay(claim ?? "", namespace ?? "", ` && kubectl delete pv ${metadata.name}`);
  }
  if (kind !== "StatefulSet") return undefined;
  return (
    `Set it back; or run \`kubectl delete statefulset ${metadata.name} ${inside(object)} --cascade=orphan\`, ` +
    "which leaves its pods, then up"
  );
}

/** The change of one object, if it would be replaced and something lost; `before` is what is deployed. */
export function refusedReplacement(
  before: KubeObject,
  after: KubeObject,
): RefusedChange | undefined {
  const way = wayOf(after);
  const changes = fieldChanges(before, after);
  const replacement = replacementOf(before, changes);
  if (way === undefined || replacement === undefined || replacement.costs.length === 0) {
    return undefined;
  }
  const asked = changes.filter(({ path }) => replacement.fields.includes(path));
  const fields = asked.map((each) => `${each.path} ${shown(each.before)} → ${shown(each.after)}`);
  const why = [`would be replaced: ${fields.join(", ")}`, ...replacement.costs].join("; ");
  return { object: after, why, way };
}

/** A field's value in a message. */
export const shown = (value: unknown): string =>
  value === undefined ? "(none)" : typeof value === "string" ? value : JSON.stringify(value);

const runs = new Set(["Deployment", "StatefulSet"]);

/** Systems that move to another namespace, while what they must keep stays in the old one. */
export function movedNamespaces(
  before: readonly KubeObject[],
  after: readonly KubeObject[],
): readonly RefusedChange[] {
  const namesOf = (objects: readonly KubeObject[]): ReadonlySet<string> =>
    new Set(objects.filter(({ kind }) => kind === "Namespace").map((each) => each.metadata.name));
  const [old, now] = [namesOf(before), namesOf(after)];
  const systemOf = ({ metadata }: KubeObject): string => metadata.labels?.[systemLabel] ?? "";
  const fresh = after.filter(
    ({ kind, metadata }) => kind === "Namespace" && !old.has(metadata.name),
  );
  return before.flatMap((namespace): RefusedChange[] => {
    const { name } = namespace.metadata;
    const next = fresh.filter((each) => systemOf(each) === systemOf(namespace));
    if (namespace.kind !== "Namespace" || now.has(name) || next.length === 0) return [];
    const here = before.filter(({ metadata }) => metadata.namespace === name);
    // Once its pods are gone, it has been removed; only its volumes are left.
    if (!here.some(({ kind }) => runs.has(kind))) return [];
    const claims = here.filter((each) => each.kind === "PersistentVolumeClaim" && isRetained(each));
    if (claims.length === 0) return [];
    const [names, targets] = [claims, next].map((all) => all.map(({ metadata }) => metadata.name));
    const why =
      `its volumes (${names?.join(", ") ?? ""}) cannot move, so that ${targets?.join(", ") ?? ""} would start ` +
      "without their data";
    const way =
      "Set the name back; or remove it first (a system from systems, a federation from federations), " +
      "run up, which keeps the volumes, then add it under the new name and restore the data";
    return [{ object: namespace, why, way }];
  });
}

/** Who makes a Secret: `up`, an operator for an object of this kind, or somebody else. */
export type Maker = "up" | "ExternalSecret" | "SealedSecret" | "you";

/** By `NAMESPACE/NAME`. */
export type Makers = ReadonlyMap<string, Maker>;

const operators = ["ExternalSecret", "SealedSecret"] as const;

/** Who makes the Secrets that objects of a stack are, or refer to. */
export function makersOf(objects: readonly KubeObject[]): Makers {
  const makers = new Map<string, Maker>();
  for (const { metadata, ...content } of objects) {
    const place = metadata.namespace ?? "";
    for (const name of references(content)) makers.set(`${place}/${name}`, "you");
  }
  for (const { kind, metadata } of objects) {
    const maker = kind === "Secret" ? "up" : operators.find((each) => each === kind);
    if (maker !== undefined) makers.set(`${metadata.namespace ?? ""}/${metadata.name}`, maker);
  }
  return makers;
}

/** The names of the Secrets that a pod's specification, wherever it stands, refers to. */
function references(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (!isJson(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const name = ["secretKeyRef", "secretRef", "secret"].includes(key)
      ? textAt(inner, "name") || textAt(inner, "secretName")
      : "";
    return name === "" ? references(inner) : [name];
  });
}

/**
 * Secrets that somebody else is to make under the same name. Whoever made one deletes it when it gives it
 * up, also if another has written to it since.
 */
export function handedOver(before: Makers, after: Makers): readonly RefusedChange[] {
  return [...after].flatMap(([place, now]): RefusedChange[] => {
    const old = before.get(place);
    if (old === undefined || old === now) return [];
    const [namespace = "", name = ""] = place.split("/");
    const object = { apiVersion: "v1", kind: "Secret", metadata: { namespace, name } };
    return [
      {
        object,
        why: `is made by ${makerText[old]}, and is to be made by ${makerText[now]}; the change would ${lossOf(old)}`,
        way: wayBetween(old, now, `${name} -n ${namespace}`),
      },
    ];
  });
}

const lossOf = (old: Maker): string => (old === "you" ? "overwrite its values" : "delete it");

function wayBetween(old: Maker, now: Maker, secret: string): string {
  if (now === "you") {
    return "Keep your values in a Secret of another name, and set that in secretNames";
  }
  const kind = old === "up" || old === "you" ? "secret" : old.toLowerCase();
  const remove = `\`kubectl delete ${kind} ${secret}\` (running pods keep its values), then up`;
  if (old !== "you" || now !== "up") return `Run ${remove}`;
  return `Run \`npm run adopt\`, which compares the values and says how to keep them; or ${remove}`;
}

const makerText: Readonly<Record<Maker, string>> = {
  up: "up",
  you: "somebody else",
  ExternalSecret: "its ExternalSecret",
  SealedSecret: "its SealedSecret",
};
