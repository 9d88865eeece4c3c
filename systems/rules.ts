import type { z } from "zod";

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
