import { type Json, textAt } from "../lib/objects";

/** A resource, how long it took to bring about, and what had to be there before. */
export interface Work {
  readonly urn: string;
  readonly seconds: number;
  readonly after: readonly string[];
}

/**
 * The resources of a state as work. Each comes after its parent, and so after what that depends on.
 * @param secondsOf - What the provider took to create each, by URN; what has none, as a component, took no time.
 */
export const worksOf = (
  resources: readonly Json[],
  secondsOf: ReadonlyMap<string, number>,
): readonly Work[] =>
  resources.map((each) => {
    const urn = textAt(each, "urn");
    const dependencies = (each["dependencies"] ?? []) as readonly string[];
    const after = [...dependencies, textAt(each, "parent")];
    return { urn, seconds: secondsOf.get(urn) ?? 0, after };
  });

/** The chain of work, each after the one before, that takes longest: no scheduler can be faster. */
export function criticalPath(works: readonly Work[]): readonly Work[] {
  const known = new Map(works.map((work) => [work.urn, work]));
  const paths = new Map<string, readonly Work[]>();
  const pathTo = (work: Work): readonly Work[] => {
    const found = paths.get(work.urn);
    if (found !== undefined) return found;
    const before = work.after.flatMap((urn) => known.get(urn) ?? []).map(pathTo);
    const path = [...longest(before), work];
    paths.set(work.urn, path);
    return path;
  };
  return longest(works.map(pathTo)).filter(({ seconds }) => seconds > 0);
}

const longest = (paths: readonly (readonly Work[])[]): readonly Work[] =>
  paths.reduce((best, path) => (lengthOf(path) > lengthOf(best) ? path : best), []);

/** Seconds of a path. */
export const lengthOf = (path: readonly Work[]): number =>
  path.reduce((sum, { seconds }) => sum + seconds, 0);
