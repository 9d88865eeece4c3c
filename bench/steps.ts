/** What is timed, in this order, from a cluster without the objects to one without them again. */
export const steps = ["preview", "first up", "no change", "one image changed", "down"] as const;

export type Step = (typeof steps)[number];

/** Every way to bring the objects to the cluster; `empty` brings none. */
export const wayNames = [
  "stackberth",
  "helm",
  "kubectl",
  "kustomize",
  "cdk8s",
  "empty program",
] as const;

export type WayName = (typeof wayNames)[number];

/** How a way takes each step; what it does is timed from its start until all is ready. */
export type Way = Readonly<Record<Step, () => Promise<void>>>;

/** Seconds of each round, by step and way. */
export type Seconds = Readonly<Partial<Record<Step, Readonly<Partial<Record<WayName, number[]>>>>>>;

/** The middle of figures, the upper one of two. NaN if there are none. */
export const median = (figures: readonly number[]): number =>
  [...figures].sort((a, b) => a - b)[Math.floor(figures.length / 2)] ?? NaN;

/** How long something takes, in seconds. */
export async function secondsOf(action: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await action();
  return (performance.now() - began) / 1000;
}
