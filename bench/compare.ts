import { UserError } from "../lib/errors";
import type { Results } from "./results";
import { median, type Step, steps } from "./steps";

/** How much a ratio to helm may grow: what is more is no noise of medians. */
export const tolerance = 0.2;

/** A step that has become slower. */
export interface Slowdown {
  readonly step: Step;
  /** Our median, divided by helm's, then and now. */
  readonly before: number;
  readonly now: number;
}

/**
 * Finds steps whose ratio to helm has grown by more than 20 %. Helm ran in the same rounds, so a machine that is
 * slower as a whole makes no difference.
 *
 * @throws UserError if the two cannot be compared: another stack, or a step without us or helm.
 */
export function slowdowns(before: Results, now: Results): readonly Slowdown[] {
  if (before.stackLike !== now.stackLike) {
    throw new UserError(
      `a stack like ${now.stackLike} cannot be compared with ${before.stackLike}`,
    );
  }
  return steps
    .map((step) => ({ step, before: ratioToHelm(before, step), now: ratioToHelm(now, step) }))
    .filter((each) => each.now > each.before * (1 + tolerance));
}

function ratioToHelm({ seconds }: Results, step: Step): number {
  const ratio = median(seconds[step]?.stackberth ?? []) / median(seconds[step]?.helm ?? []);
  if (Number.isNaN(ratio))
    throw new UserError(`"${step}" was not measured with stackberth and helm`);
  return ratio;
}

/** A slowdown in words. */
export const describeSlowdown = ({ step, before, now }: Slowdown): string =>
  `slower: "${step}" takes ${now.toFixed(2)} x helm, and took ${before.toFixed(2)} x helm`;
