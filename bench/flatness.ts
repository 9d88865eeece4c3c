/** What a preview of so many objects took. */
export interface Point {
  readonly objects: number;
  /** Seconds or MB. */
  readonly cost: number;
}

/** How much more an object may cost among many than among few. */
export const tolerance = 0.2;

/** What each further object costs. */
export interface Slopes {
  /** From the least point to the middle one. */
  readonly few: number;
  /** From the middle point to the last. */
  readonly many: number;
  /** Whether an object among many costs at most 20 % more than one among few. */
  readonly isFlat: boolean;
}

/**
 * Compares what an object costs in the upper half of a measurement with the lower half. What a preview of nothing
 * would cost is in neither: it would hide what grows.
 *
 * @param points - From few objects to many; at least three.
 */
export function slopesOf(points: readonly Point[]): Slopes {
  const [first, middle, last] = [points.at(0), points[points.length >> 1], points.at(-1)];
  if (points.length < 3 || !first || !middle || !last) throw new Error("at least three points");
  const few = slope(first, middle);
  const many = slope(middle, last);
  return { few, many, isFlat: many <= few * (1 + tolerance) };
}

const slope = (from: Point, to: Point): number =>
  (to.cost - from.cost) / (to.objects - from.objects);
