import type { Stack } from "@pulumi/pulumi/automation";
import type { Cluster } from "../../cluster";
import { waitUntilGone } from "../../cluster/deletion";
import { ownedBy } from "../../cluster/ownership";
import { describe, type KubeObject } from "../../lib/objects";
import { mayHaveDrifted } from "./drift";
import type { Journal } from "./journal";
import { readState } from "./state";

/** What is found before the engine runs. */
export interface Found {
  /** The stack's objects. */
  readonly live: readonly KubeObject[];
  /** Whether the state says what they are, so that the engine need not read each of them. */
  readonly isCurrent: boolean;
}

/** Undefined if nothing is deployed, or the state or the cluster does not tell: the engine says what is wrong. */
async function read(
  journal: Journal | undefined,
  stack: Stack,
  cluster: Cluster,
): Promise<Found | undefined> {
  try {
    const state = await readState(stack);
    if (state.resources.length === 0) return undefined;
    const live = await cluster.labelled(ownedBy(stack.name));
    const isInterrupted = journal?.isOpen === true;
    return { live, isCurrent: !isInterrupted && !(await mayHaveDrifted(state, cluster, live)) };
  } catch {
    return undefined;
  }
}

/**
 * The namespaces and workloads that an interrupted command began to delete: the engine would take them for what is
 * there. A claim is not among them, since it may wait for a pod for ever.
 */
const endingOf = ({ live }: Found): readonly KubeObject[] =>
  live.filter(
    ({ apiVersion, kind, metadata }) =>
      metadata.deletionTimestamp !== undefined &&
      (kind === "Namespace" || /^(apps|batch)\//.test(apiVersion)),
  );

/**
 * Looks at the stack's objects, once no such deletion is under way.
 *
 * @throws UserError that says what holds an object which is still there after five minutes.
 */
export async function look(
  journal: Journal | undefined,
  stack: Stack,
  cluster: Cluster,
  line: (text: string) => unknown,
): Promise<Found | undefined> {
  const found = await read(journal, stack, cluster);
  const ending = found ? endingOf(found) : [];
  if (ending.length === 0) return found;
  line(`waiting for the end of ${ending.map(describe).join(", ")}`);
  await Promise.all(ending.map((object) => waitUntilGone(cluster, object)));
  return await read(journal, stack, cluster);
}
