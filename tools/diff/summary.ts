import { type Capacity, formatCapacity } from "../../lib/capacity";
import { isAtOrBelow } from "../../lib/fieldChanges";
import { type Change, type ObjectChange, shortName, type SystemDiff } from "./report";
import { scalingOf } from "./rolls";
import { changeText } from "./values";
import { templatePath } from "../../lib/workloads";

/** One row of a system's table. */
export interface Row {
  readonly label: string;
  readonly lines: readonly string[];
}

/** How often each kind of change is there, and whose pods roll. */
interface Overview {
  readonly counts: Readonly<Record<Change, number>>;
  readonly rolls: readonly string[];
}

/** The kinds of change, in the order they are shown. */
export const changes: readonly Change[] = ["created", "changed", "replaced", "deleted", "kept"];

/** A system in one line. */
export function overviewOf({ objects, rolls }: SystemDiff): Overview {
  const count = (kind: Change): number => objects.filter(({ change }) => change === kind).length;
  return {
    counts: {
      created: count("created"),
      changed: count("changed"),
      replaced: count("replaced"),
      deleted: count("deleted"),
      kept: count("kept"),
    },
    // What a CronJob runs next time stops nothing.
    rolls: shortened(
      rolls
        .filter(({ workload }) => !workload.startsWith("CronJob "))
        .map(({ workload }) => workload.split(" ")[1] ?? workload),
      8,
    ),
  };
}

/** What a reviewer reads first of a system; rows without content are left out. */
export function rowsOf(system: SystemDiff): readonly Row[] {
  const rows: Row[] = [
    ...changes.map((label) => ({
      label,
      lines: objectLines(system.objects.filter(({ change }) => change === label)),
    })),
    {
      label: "rolls",
      lines: system.rolls.map(({ workload, how, reasons }) => {
        return `${workload} ${how}: ${shortened(reasons, 5).join("; ")}`;
      }),
    },
    { label: "scales", lines: scalingOf(system.objects) },
    { label: "capacity", lines: capacityLines(system.capacity) },
  ];
  return rows.filter(({ lines }) => lines.length > 0);
}

/** By kind, each with what changes in it, unless that is the pods and so stands under `rolls`. */
function objectLines(objects: readonly ObjectChange[]): readonly string[] {
  const telling = objects.flatMap((change) => {
    const texts = hintsOf(change);
    return texts.length === 0 ? [] : [`${shortName(change.object)}: ${texts.join(", ")}`];
  });
  const silent = objects.filter((change) => hintsOf(change).length === 0);
  const kinds = [...new Set(silent.map(({ object }) => object.kind))];
  const listed = kinds.map((kind) => {
    const names = silent.filter(({ object }) => object.kind === kind);
    return `${kind} ${shortened(
      names.map(({ object }) => object.metadata.name),
      8,
    ).join(", ")}`;
  });
  return [...telling, ...(listed.length === 0 ? [] : [listed.join("; ")])];
}

function hintsOf({ object, fields, replacedBy }: ObjectChange): readonly string[] {
  const template = templatePath(object);
  const outside = fields.filter(
    ({ path }) => template === undefined || !isAtOrBelow(path, template),
  );
  const first = [
    ...outside.filter(({ path }) => replacedBy.includes(path)),
    ...outside.filter(({ path }) => !replacedBy.includes(path)),
  ];
  return shortened(first.map(changeText), 3);
}

function capacityLines({ before, after }: SystemDiff["capacity"]): readonly string[] {
  const [old, now] = [formatCapacity(before), formatCapacity(after)];
  const words: Readonly<Record<keyof Capacity, string>> = {
    replicas: "pods",
    cpuRequests: "cpu requests",
    cpuLimits: "cpu limits",
    memoryRequests: "memory requests",
    memoryLimits: "memory limits",
    storage: "storage",
  };
  const changed = (Object.keys(words) as (keyof Capacity)[]).filter((key) => old[key] !== now[key]);
  const texts = changed.map((key) => {
    const difference = formatCapacity(differenceOf(before, after, key))[key];
    const sign = after[key] > before[key] ? "+" : "-";
    return `${words[key]} ${String(old[key])} → ${String(now[key])} (${sign}${String(difference)})`;
  });
  return texts.length === 0 ? [] : [texts.join(", ")];
}

function differenceOf(before: Capacity, after: Capacity, key: keyof Capacity): Capacity {
  return { ...after, [key]: Math.abs(after[key] - before[key]) };
}

/** The first of many texts, and how many more there are. */
function shortened(texts: readonly string[], most: number): readonly string[] {
  if (texts.length <= most) return texts;
  return [...texts.slice(0, most - 1), `${String(texts.length - most + 1)} more`];
}
