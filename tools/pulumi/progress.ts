import type { EngineEvent, PolicyEvent, StepEventMetadata } from "@pulumi/pulumi/automation";
import { retainAnnotation, systemLabel } from "../../lib/labels";
import { describe, type KubeObject, textAt } from "../../lib/objects";
import { changedFields, nameOf } from "./changes";

/** What can happen to an object, as it is told once it is done. */
const done: Readonly<Record<string, string>> = {
  create: "created",
  update: "updated",
  replace: "replaced",
  delete: "deleted",
  same: "unchanged",
};

/** What can happen to an object, as a preview tells it. */
const planned: Readonly<Record<string, string>> = {
  create: "to create",
  update: "to update",
  replace: "to replace",
  delete: "to delete",
  same: "unchanged",
};

const stackType = "pulumi:pulumi:Stack";

/** What takes its time. What is replaced counts as such before its successor is made. */
const worked = new Set(["create", "update", "delete", "create-replacement", "delete-replaced"]);

/** How a system is doing. */
interface SystemState {
  /** How often each operation was done. */
  readonly counts: Map<string, number>;
  /** What is being worked on, by its URN: its name, and since when. */
  readonly open: Map<string, { readonly name: string; readonly since: number }>;
  /** What is new. */
  readonly made: string[];
  /** What changes rather than comes into being or goes, each with its fields. */
  readonly changes: string[];
  /** What goes, with the namespace that it is in, or is. */
  readonly gone: { readonly title: string; readonly namespace: string; readonly ends: boolean }[];
  /** Names of objects that the engine could not bring about. */
  readonly failed: string[];
}

/** Follows the engine's events: a line a system, and what is wrong. */
export class Progress {
  private readonly systems = new Map<string, SystemState>();
  private readonly failures = new Map<string, string[]>();
  private readonly cautions = new Set<string>();
  private readonly advised = new Set<string>();
  private readonly inputs = new Map<string, KubeObject>();
  /** What is new, or not as it was. */
  readonly changed: KubeObject[] = [];
  /** The stack's outputs, in clear but for secrets, once the program has ended. */
  outputs: Readonly<Record<string, unknown>> = {};
  /** How many resources the engine has worked on, by operation, once it has ended. */
  private summary: Readonly<Record<string, number>> = {};

  constructor(private readonly isPreview: boolean) {}

  /** Takes in an event of the engine. */
  hear(event: EngineEvent): void {
    const { resourcePreEvent, resOutputsEvent, resOpFailedEvent } = event;
    if (resourcePreEvent !== undefined) this.begin(resourcePreEvent.metadata);
    if (resOutputsEvent !== undefined) this.finish(resOutputsEvent.metadata);
    if (resOpFailedEvent !== undefined) this.fail(resOpFailedEvent.metadata);
    if (event.policyEvent !== undefined) this.judge(event.policyEvent);
    if (event.summaryEvent !== undefined) this.summary = { ...event.summaryEvent.resourceChanges };
    const { severity, urn = "", message = "" } = event.diagnosticEvent ?? {};
    if (message.trim() === "") return;
    if (severity === "warning") this.warn(urn, message.trim());
    if (severity === "error") this.note(urn, message.trim());
  }

  private note(urn: string, message: string): void {
    const known = this.failures.get(urn) ?? [];
    if (!known.includes(message)) this.failures.set(urn, [...known, message]);
  }

  /** The last line of a violation's message says what and where, those before what the policy is. */
  private judge({ enforcementLevel, message, policyName }: PolicyEvent): void {
    const text = `${message.trim().split("\n").at(-1) ?? ""} (policy ${policyName})`;
    if (enforcementLevel === "mandatory") this.note("", text);
    else this.advised.add(text);
  }

  /** The objects that the program has, as far as they were live before. */
  get objects(): readonly KubeObject[] {
    return [...this.inputs.values()];
  }

  /** What went wrong, each resource once, as the engine says it. */
  get errors(): readonly string[] {
    const texts = [...this.failures].map(([urn, messages]) => {
      const name = urn.split("::").at(-1) ?? "";
      return [...(name === "" ? [] : [`${name}:`]), ...messages].join("\n  ");
    });
    return [...new Set(texts)];
  }

  /** What the program warns of, each once. */
  get warnings(): readonly string[] {
    return [...this.cautions];
  }

  /** What policies say and do not enforce, each once. */
  get advice(): readonly string[] {
    return [...this.advised];
  }

  /** `292 unchanged`, `3 created, 289 unchanged`; of a preview what would be. */
  get totals(): string {
    const shown = Object.entries(this.words).flatMap(([op, word]) => {
      const count = this.summary[op] ?? 0;
      return count > 0 ? [`${String(count)} ${word}`] : [];
    });
    return shown.join(", ") || "nothing to do";
  }

  /** A line for each system. */
  get lines(): readonly string[] {
    const width = Math.max(0, ...[...this.systems.keys()].map((name) => name.length));
    return [...this.systems]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, state]) => `${name.padEnd(width)}  ${this.stateLine(state)}`);
  }

  /** Every object that changes, and what is new in a system that was there before. */
  get changes(): readonly string[] {
    return [...this.systems.values()].flatMap((state) => {
      const isNew = [...state.counts.keys()].every((op) => op === "create");
      return [...(isNew ? [] : state.made), ...state.changes, ...deletions(state)];
    });
  }

  /** What is being waited for, the longest wait first. */
  get waits(): readonly string[] {
    return [...this.systems.values()]
      .flatMap(({ open }) => [...open.values()])
      .sort((a, b) => a.since - b.since)
      .map(({ name }) => name);
  }

  /** Tells that an object is waited for, until that has an end. */
  readonly during = async <T>(object: KubeObject, end: Promise<T>): Promise<T> => {
    const name = describe(object);
    const open = this.systems.get(textAt(object, "metadata", "labels", systemLabel))?.open;
    open?.set(name, { name, since: Date.now() });
    try {
      return await end;
    } finally {
      open?.delete(name);
    }
  };

  private get words(): Readonly<Record<string, string>> {
    return this.isPreview ? planned : done;
  }

  /** Of the program's components: what the provider warns of while it waits is often over in a second. */
  private warn(urn: string, message: string): void {
    const [type = "", name = ""] = urn.split("::").slice(-2);
    const own = type.split("$").at(-1) ?? "";
    if (own.startsWith("stackberth:")) this.cautions.add(`${name}: ${message}`);
  }

  private stateLine({ counts, open, failed }: SystemState): string {
    const changed = [...counts].filter(([op]) => op !== "same");
    const shown = changed.map(([op, count]) => `${String(count)} ${this.words[op] ?? op}`);
    const text = shown.join(", ") || "unchanged";
    if (failed.length > 0) return `${text}, FAILED: ${failed.join(", ")}`;
    if (this.isPreview) return text;
    const [first, ...others] = [...open.values()].sort((a, b) => a.since - b.since);
    if (first === undefined) return `${text}, ready`;
    const more = others.length > 0 ? ` and ${String(others.length)} more` : "";
    return `${shown.length > 0 ? `${text}, ` : ""}waiting for ${first.name}${more}`;
  }

  private fail(step: StepEventMetadata): void {
    const state = this.stateOf(step);
    state?.open.delete(step.urn);
    state?.failed.push(nameOf(step));
  }

  private begin(step: StepEventMetadata): void {
    if (worked.has(step.op)) {
      this.stateOf(step)?.open.set(step.urn, { name: nameOf(step), since: Date.now() });
    }
  }

  private finish(step: StepEventMetadata): void {
    if (step.type === stackType) this.outputs = { ...step.new?.outputs };
    const state = this.stateOf(step);
    state?.open.delete(step.urn);
    if (state === undefined || !(step.op in done)) return;
    state.counts.set(step.op, (state.counts.get(step.op) ?? 0) + 1);
    if (step.op === "same" || step.op === "update") this.keep(step);
    if (step.op === "same") return;
    const wanted: unknown = step.new?.inputs;
    if (textAt(wanted, "kind") !== "") this.changed.push(wanted as KubeObject);
    const word = isKept(step)
      ? this.isPreview
        ? "to keep"
        : "kept"
      : (this.words[step.op] ?? step.op);
    const title = `${word.padEnd(10)}  ${nameOf(step)}`;
    if (step.op === "create") state.made.push(title);
    else if (step.op === "delete") state.gone.push({ title, ...placeOf(step) });
    else state.changes.push([title, ...changedFields(step)].join("\n    "));
  }

  /** As the cluster should have it now: a preview changes nothing, not even a list that gets shorter. */
  private keep({ urn, old, new: wanted }: StepEventMetadata): void {
    const inputs: unknown = (this.isPreview ? old : wanted)?.inputs;
    if (textAt(inputs, "kind") !== "") this.inputs.set(urn, inputs as KubeObject);
  }

  /** The state of the system that an object belongs to; undefined for what is no object. */
  private stateOf({ old, new: wanted }: StepEventMetadata): SystemState | undefined {
    const inputs = [wanted?.inputs, old?.inputs];
    const name = inputs
      .map((each) => textAt(each, "metadata", "labels", systemLabel))
      .find((each) => each !== "");
    if (name === undefined) return undefined;
    const known = this.systems.get(name);
    if (known !== undefined) return known;
    const fresh: SystemState = {
      counts: new Map(),
      open: new Map(),
      made: [],
      changes: [],
      gone: [],
      failed: [],
    };
    this.systems.set(name, fresh);
    return fresh;
  }
}

/** What the engine calls deleted, while it stays in the cluster. */
const isKept = ({ op, old }: StepEventMetadata): boolean =>
  op === "delete" && textAt(old?.inputs, "metadata", "annotations", retainAnnotation) === "true";

function placeOf(step: StepEventMetadata): { namespace: string; ends: boolean } {
  const { type, old } = step;
  const ends = type === "kubernetes:core/v1:Namespace" && !isKept(step);
  return { ends, namespace: textAt(old?.inputs, "metadata", ends ? "name" : "namespace") };
}

/** What goes; of a namespace that goes with all that is in it, only itself. */
function deletions({ gone }: SystemState): readonly string[] {
  return gone.flatMap(({ title, namespace, ends }) => {
    const inside = gone.filter((each) => !each.ends && each.namespace === namespace).length;
    if (ends) return [`${title} with ${String(inside)} object${inside === 1 ? "" : "s"}`];
    return gone.some((each) => each.ends && each.namespace === namespace) ? [] : [title];
  });
}
