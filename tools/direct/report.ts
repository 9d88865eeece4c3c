import { describe, type KubeObject } from "../../lib/objects";
import { outputLines, type StackOutput } from "../offline/outputs";

/** What can happen to an object. */
export type Change = "created" | "configured" | "unchanged" | "deleted" | "kept";

/** Where a run says what it does: a line for each change, then a summary. Hides secret values. */
export class Report {
  private readonly counts = new Map<Change, number>();
  private began = Date.now();
  private hidden: readonly string[] = [];

  /** @param out - Prints one line. */
  constructor(private readonly out: (line: string) => void) {}

  /** The cluster is there: what is timed begins now, not with the building of a local one. */
  begin(): void {
    this.began = Date.now();
  }

  /** Values that are never printed from now on, in whatever text they stand. */
  hide(values: Iterable<string>): void {
    // Short ones ("1", "yes") would make other text unreadable and are no secrets.
    const long = [...values].filter((value) => value.length >= 6);
    this.hidden = [...new Set([...this.hidden, ...long])].sort((a, b) => b.length - a.length);
  }

  /** The text without secret values. */
  mask(text: string): string {
    return this.hidden.reduce((masked, value) => masked.replaceAll(value, "[secret]"), text);
  }

  /** Prints text as it is, but for secrets. */
  line(text: string): void {
    this.out(this.mask(text));
  }

  /** Counts what happened to an object, and prints it unless nothing did. */
  change(change: Change, object: KubeObject, details: readonly string[] = []): void {
    this.counts.set(change, this.count(change) + 1);
    if (change === "unchanged") return;
    this.line(`${change.padEnd(10)}  ${describe(object)}`);
    for (const detail of details) this.line(`              ${detail}`);
  }

  /** How often something happened. */
  count(change: Change): number {
    return this.counts.get(change) ?? 0;
  }

  /** How many objects are not as they were. */
  get changed(): number {
    return this.count("created") + this.count("configured") + this.count("deleted");
  }

  /** The totals. @param conditional - Whether nothing was done yet: "would be". */
  summary(conditional = false): void {
    const shown = (["created", "configured", "unchanged", "deleted"] as const).map((change) => {
      return `${String(this.count(change))} ${change}`;
    });
    const { changed } = this;
    const text =
      changed === 0 ? `0 changes (${String(this.count("unchanged"))} unchanged)` : shown.join(", ");
    const seconds = ((Date.now() - this.began) / 1000).toFixed(1);
    this.line(`${conditional && changed > 0 ? "would be: " : ""}${text} in ${seconds} s`);
  }

  /** The stack's outputs. */
  outputs(outputs: readonly StackOutput[]): void {
    for (const text of outputLines(outputs)) this.line(text);
  }
}
