import { ConcurrentUpdateError } from "@pulumi/pulumi/automation";
import { messageOf, UserError } from "../../lib/errors";
import { describe } from "../../lib/objects";
import type { Cluster } from "../../cluster";
import { ownedBy } from "../../cluster/ownership";
import { problemOf } from "../status/judge";
import { masked, secretValues } from "../status/mask";

/** The error for a stack that another run has locked; undefined for any other error. */
export function explainLock(error: unknown, stack: string): UserError | undefined {
  if (!(error instanceof ConcurrentUpdateError)) return undefined;
  return new UserError(
    `stack ${stack} is locked by another run, or by one that was killed. If no other run is in ` +
      `progress, release the lock and try again:\n  npm run pulumi -- cancel --yes --stack ${stack}`,
  );
}

/** Why a stack's objects are not ready, read from the cluster: the engine does not say. */
export async function explainObjects(cluster: Cluster, stack: string): Promise<readonly string[]> {
  try {
    const live = await cluster.labelled(ownedBy(stack));
    const problems = await Promise.all(live.map((each) => problemOf(cluster, each, undefined)));
    const values = live.flatMap(secretValues);
    return live.flatMap((object, index) => {
      const problem = problems[index];
      if (problem === undefined) return [];
      const lines = [`${describe(object)}: ${problem.reason}`, ...problem.details.map(indented)];
      return masked(lines, values);
    });
  } catch (error) {
    return [`(cannot read why objects are not ready: ${messageOf(error)})`];
  }
}

const indented = (line: string): string => `  ${line}`;
