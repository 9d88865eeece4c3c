import type { KubeObject } from "../../lib/objects";
import type { Capacity } from "../../lib/capacity";
import type { FieldChange } from "../../lib/fieldChanges";

/** What would happen to an object. `kept`: it leaves the program, but its data is protected. */
export type Change = "created" | "changed" | "replaced" | "deleted" | "kept";

/** One object that base and head differ in. */
export interface ObjectChange {
  readonly change: Change;
  /** As head has it, or base where it goes. */
  readonly object: KubeObject;
  /** Of an object that stays. */
  readonly fields: readonly FieldChange[];
  /** The fields that no live object can change. */
  readonly replacedBy: readonly string[];
}

/** A workload whose pods stop and start. */
export interface Roll {
  readonly workload: string;
  /** `rolls`, `stops, then starts`, `runs` and the like. */
  readonly how: string;
  readonly reasons: readonly string[];
}

/** What differs in one system. */
export interface SystemDiff {
  readonly system: string;
  readonly objects: readonly ObjectChange[];
  readonly rolls: readonly Roll[];
  readonly capacity: { readonly before: Capacity; readonly after: Capacity };
}

/** Something that is lost, and that somebody must want. */
export interface Loss {
  readonly stack: string;
  /** `Kind/namespace/name`, as `--allow-replace` takes it. */
  readonly name: string;
  readonly why: string;
  /** Whether `--allow-replace` names it. */
  readonly allowed: boolean;
}

/** What differs in one stack. */
export interface StackDiff {
  readonly stack: string;
  /** How many objects head deploys. */
  readonly total: number;
  readonly systems: readonly SystemDiff[];
  readonly losses: readonly Loss[];
}

/** What base and head differ in. */
export interface DiffReport {
  readonly base: string;
  readonly stacks: readonly StackDiff[];
  /** What the reader must know beside the differences. */
  readonly notes: readonly string[];
}

/** The losses that nobody has consented to. */
export function refusals({ stacks }: DiffReport): readonly Loss[] {
  return stacks.flatMap(({ losses }) => losses.filter(({ allowed }) => !allowed));
}

/** The losses that somebody has consented to. */
export function consents({ stacks }: DiffReport): readonly Loss[] {
  return stacks.flatMap(({ losses }) => losses.filter(({ allowed }) => allowed));
}

/** Losses of one stack for one reason. */
export interface LossGroup {
  readonly stack: string;
  readonly why: string;
  readonly names: readonly string[];
}

/** The losses by stack and reason: a system that goes has many claims and one reason. */
export function groupLosses(losses: readonly Loss[]): readonly LossGroup[] {
  const groups = new Map<string, LossGroup>();
  for (const { stack, why, name } of losses) {
    const names = groups.get(`${stack} ${why}`)?.names ?? [];
    groups.set(`${stack} ${why}`, { stack, why, names: [...names, name] });
  }
  return [...groups.values()];
}

/** The flags by which somebody consents to losses. */
export function consentFlags(names: readonly string[]): string {
  return names.map((name) => `--allow-replace ${name}`).join(" ");
}

/** `Kind name`; the namespace is the system's and stands in few places. */
export function shortName({ kind, metadata }: KubeObject): string {
  return `${kind} ${metadata.name}`;
}

/** `Kind/namespace/name`, or `Kind/name` of what lies in no namespace. */
export function consentName({ kind, metadata: { namespace, name } }: KubeObject): string {
  return [kind, namespace, name].filter((part) => part !== undefined).join("/");
}
