import { type FieldChange, fieldChanges } from "./fieldChanges";
import { replacementOf } from "./immutable";
import { type RefusedChange, shown } from "./liveChanges";
import { at, isJson, type KubeObject, listAt, textAt } from "./objects";

const data = new Set(["PersistentVolumeClaim", "PersistentVolume"]);

/**
 * Why an object that somebody else made cannot become a stack's own; undefined if nothing of the two objects
 * says so. `up` applies what it wants over what is there, and so deletes nothing: it fails instead.
 */
export function refusedAdoption(live: KubeObject, wanted: KubeObject): RefusedChange | undefined {
  const owner = listAt(live, "metadata", "ownerReferences").find((each) => each["controller"]);
  if (owner !== undefined) {
    const name = `${textAt(owner, "kind")} ${textAt(owner, "name")}`;
    const why = `exists, and ${name} makes it, which would undo what up changes`;
    return { object: wanted, why, way: `Remove ${name} first` };
  }
  const before = overlap(live, wanted) as KubeObject;
  const changes = fieldChanges(before, wanted);
  const fixed = replacementOf(before, changes)?.fields ?? [];
  const fields = [
    ...changes.filter(({ path }) => fixed.includes(path)),
    ...keptStrategy(live, wanted),
  ];
  if (fields.length === 0) return undefined;
  const texts = fields.map((each) => `${each.path} ${shown(each.before)} → ${shown(each.after)}`);
  const why = `exists, and cannot change ${texts.join(", ")}`;
  return { object: wanted, why, way: wayAround(live) };
}

/** How to make room for the stack's object. Of data, the stack follows what is there. */
export function wayAround(live: KubeObject): string {
  const { kind, metadata } = live;
  const { name, namespace } = metadata;
  const inside = namespace === undefined ? "" : ` -n ${namespace}`;
  const remove = `kubectl delete ${kind.toLowerCase()} ${name}${inside}`;
  if (data.has(kind)) {
    return (
      "Set in the stack's file what was found; or, where the system has the setting, name the claim " +
      "in existingClaim"
    );
  }
  if (kind !== "StatefulSet") return `Run \`${remove}\`, then up, which makes it anew`;
  const labels = at(live, "spec", "selector", "matchLabels");
  const selector = Object.entries(isJson(labels) ? labels : {}).map((pair) => pair.join("="));
  return (
    `Run \`${remove} --cascade=orphan && kubectl delete pods -l ${selector.join(",")}${inside}\`, ` +
    "which keeps its claims, then up"
  );
}

/** The API server allows `rollingUpdate` for one type only, and what is applied does not take it away. */
function keptStrategy(live: KubeObject, wanted: KubeObject): readonly FieldChange[] {
  const before = at(live, "spec", "strategy", "rollingUpdate");
  if (before === undefined || at(wanted, "spec", "strategy", "type") !== "Recreate") return [];
  return [{ path: "spec.strategy.rollingUpdate", before, after: undefined }];
}

/** What is there of what is wanted, but the whole of a selector: it is one value. */
function overlap(live: unknown, wanted: unknown, path = ""): unknown {
  if (path === "spec.selector") return live;
  if (Array.isArray(live) && Array.isArray(wanted) && live.length === wanted.length) {
    return live.map((each, index) => overlap(each, wanted[index], `${path}[]`));
  }
  if (!isJson(live) || !isJson(wanted)) return live;
  return Object.fromEntries(
    Object.entries(wanted).flatMap(([key, each]): [string, unknown][] => {
      if (each === undefined || !(key in live)) return [];
      return [[key, overlap(live[key], each, path === "" ? key : `${path}.${key}`)]];
    }),
  );
}
