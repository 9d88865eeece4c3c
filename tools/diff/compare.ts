import { systemOf } from "../../cluster/ownership";
import { byKey, type KubeObject } from "../../lib/objects";
import { isRetained } from "../../lib/labels";
import { capacityOf } from "./capacity";
import { fieldChanges } from "../../lib/fieldChanges";
import { isSettled, replacementOf } from "../../lib/immutable";
import { handedOver, makersOf, movedNamespaces, wayOf } from "../../lib/liveChanges";
import { consentName, type Loss, type ObjectChange, type StackDiff } from "./report";
import { rollsOf } from "./rolls";
import { inline } from "./values";

/** A changed object, and what is lost by its change. */
interface Compared {
  readonly change: ObjectChange;
  readonly costs: readonly string[];
}

/** What two versions of a stack differ in, system by system. */
export function compareStack(
  stack: string,
  before: readonly KubeObject[],
  after: readonly KubeObject[],
  allowed: readonly string[],
): StackDiff {
  const old = byKey(before);
  const now = byKey(after);
  const keys = [...new Set([...old.keys(), ...now.keys()])].sort();
  const compared = keys.flatMap((key) => compareObjects(old.get(key), now.get(key)));
  const changes = compared.map(({ change }) => change);
  const systems = [...new Set([...before, ...after].map(groupOf))].sort();
  const loss = (object: KubeObject, why: string): Loss => {
    const name = consentName(object);
    return { stack, name, why, allowed: allowed.includes(name) };
  };
  const losses = [
    ...compared.flatMap(({ change, costs }) =>
      costs.length === 0 ? [] : [loss(change.object, [whatOf(change), ...costs].join("; "))],
    ),
    // What `up` refuses too, in the same words.
    ...[...handedOver(makersOf(before), makersOf(after)), ...movedNamespaces(before, after)].map(
      ({ object, why, way }) => loss(object, `${why}; up refuses it. ${way}`),
    ),
  ];
  return {
    stack,
    total: after.length,
    losses,
    systems: systems.flatMap((system) => {
      const own = changes.filter(({ object }) => groupOf(object) === system);
      if (own.length === 0) return [];
      const [was, is] = [before, after].map((all) => all.filter((it) => groupOf(it) === system));
      const capacity = { before: capacityOf(was ?? []), after: capacityOf(is ?? []) };
      return [{ system, objects: own, rolls: rollsOf(own, is ?? []), capacity }];
    }),
  };
}

function compareObjects(
  before: KubeObject | undefined,
  after: KubeObject | undefined,
): readonly Compared[] {
  if (before === undefined && after !== undefined) {
    return [{ change: changeOf("created", after), costs: [] }];
  }
  if (before !== undefined && after === undefined) {
    const kept = isRetained(before);
    const lost = !kept && before.kind === "PersistentVolumeClaim";
    const costs = lost ? ["its data is deleted with it"] : [];
    return [{ change: changeOf(kept ? "kept" : "deleted", before), costs }];
  }
  if (before === undefined || after === undefined) return [];
  const fields = fieldChanges(before, after).filter((each) => !isSettled(before, each));
  if (fields.length === 0) return [];
  const replacement = replacementOf(before, fields);
  const change = changeOf(replacement === undefined ? "changed" : "replaced", after);
  const { fields: replacedBy, costs } = replacement ?? { fields: [], costs: [] };
  const way = costs.length > 0 ? wayOf(after) : undefined;
  const more = way === undefined ? [] : [`up refuses it. ${way}`];
  return [{ change: { ...change, fields, replacedBy }, costs: [...costs, ...more] }];
}

function changeOf(change: ObjectChange["change"], object: KubeObject): ObjectChange {
  return { change, object, fields: [], replacedBy: [] };
}

function whatOf({ change, fields, replacedBy }: ObjectChange): string {
  if (change === "deleted") return "would be deleted";
  const asked = fields.filter(({ path }) => replacedBy.includes(path));
  const texts = asked.map(
    ({ path, before, after }) => `${path} ${inline(before)} → ${inline(after)}`,
  );
  return `would be replaced: ${texts.join(", ")}`;
}

/** What does not belong to a system stands under its namespace. */
function groupOf(object: KubeObject): string {
  return systemOf(object) || (object.metadata.namespace ?? "cluster");
}
