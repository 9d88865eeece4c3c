import type { z } from "zod";
import { dumpName, dumpSuffixes } from "../lib/databaseRules";

/** Refuses the value at a path; `params: { secret: true }` keeps the value out of the message. */
export type Refuse = (
  path: readonly (string | number)[],
  allowed: string,
  found: unknown,
  params?: { readonly secret: true },
) => void;

/** The `Refuse` of a schema's `superRefine`. */
export const refuseIn =
  (context: z.core.$RefinementCtx): Refuse =>
  (path, message, input, params) =>
    context.addIssue({
      code: "custom",
      path: [...path],
      message,
      input,
      ...(params && { params }),
    });

/** Refuses `replicas` beside `autoscaling`: the Deployment would undo what the autoscaler did. */
export function checkReplicas(
  role: string,
  { replicas, autoscaling }: { replicas?: number | undefined; autoscaling?: unknown },
  refuse: Refuse,
): void {
  if (replicas === undefined || autoscaling === undefined) return;
  refuse([role, "replicas"], "no value, because `autoscaling` sets the replicas", replicas);
}

/** Refuses a dump of another server. */
export function refuseDump(
  { restoreFrom }: { readonly restoreFrom?: string | undefined },
  engine: keyof typeof dumpSuffixes,
  refuse: Refuse,
): void {
  const { accepts, write } = dumpName(dumpSuffixes[engine]);
  if (restoreFrom === undefined || accepts(restoreFrom)) return;
  refuse(["database", "restoreFrom"], `${write}, for ${engine}`, restoreFrom);
}

/** Refuses root, the user 0, where the Pod Security of the namespace would refuse its pods. */
export function checkRoot(
  path: readonly (string | number)[],
  user: number | undefined,
  { podSecurity }: { readonly podSecurity: string },
  refuse: Refuse,
): void {
  if (user !== 0 || podSecurity === "baseline") return;
  refuse(path, "at least 1, or 0 with podSecurity baseline, because 0 is root", user);
}
