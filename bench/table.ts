import { parts } from "./breakdown";
import type { Results } from "./results";
import { median, steps, type WayName, wayNames } from "./steps";

/** A Markdown table. */
export const tableOf = (heads: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  [heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);

/** The medians of all ways, with their ratios to helm and to the program without resources. */
export function secondsTable({ seconds }: Results): readonly string[] {
  const rows = steps.flatMap((step) => {
    const medianOf = (way: WayName): number => median(seconds[step]?.[way] ?? []);
    return wayNames
      .filter((way) => seconds[step]?.[way] !== undefined)
      .map((way) => {
        const all = seconds[step]?.[way] ?? [];
        const range = `${Math.min(...all).toFixed(2)} to ${Math.max(...all).toFixed(2)}`;
        const own = medianOf(way);
        const ratios = (["helm", "empty program"] as const).map((base) =>
          ratio(own, medianOf(base)),
        );
        return [step, way, own.toFixed(2), range, ...ratios];
      });
  });
  return tableOf(["step", "way", "median, s", "range, s", "x helm", "x empty program"], rows);
}

const ratio = (own: number, base: number): string =>
  Number.isNaN(base) ? "–" : (own / base).toFixed(2);

/** What our own steps spend their time on. */
export function breakdownTable({ breakdown }: Results): readonly string[] {
  if (breakdown === undefined) return [];
  const rows = steps.map((step) => {
    const of = breakdown[step];
    const whole = parts.reduce((sum, part) => sum + of[part], 0);
    const shares = parts.map(
      (part) => `${of[part].toFixed(2)} (${((100 * of[part]) / whole).toFixed(0)} %)`,
    );
    return [step, whole.toFixed(2), ...shares];
  });
  return tableOf(["step", "all, s", ...parts], rows);
}
