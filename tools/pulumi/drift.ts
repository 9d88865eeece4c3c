import { isDeepStrictEqual } from "node:util";
import type { Cluster } from "../../cluster";
import { at, byKey, keyOf, type KubeObject, textAt } from "../../lib/objects";
import { verdictOf } from "../status/judge";
import type { State } from "./state";

/** Whether the cluster may differ from a stack's state, so that the engine has to read each object anew. */
export async function mayHaveDrifted(
  { resources, isInterrupted }: State,
  cluster: Cluster,
  live: readonly KubeObject[],
): Promise<boolean> {
  // What the engine has still to delete, and what it last saw that was not ready.
  const isUnfinished = resources.some((each) => each["delete"] === true || "initErrors" in each);
  if (isInterrupted || isUnfinished) return true;
  return (await drifted(resources, cluster, live)).length > 0;
}

/**
 * The objects of a state that may be live in another way. Not among them is one that the engine itself made, that does what
 * it is for, and whose `managedFields` say that nobody has written to it since: a change of any field, by whomever,
 * changes an entry or its time. One list of each kind says so, which takes a fraction of the time of a refresh.
 */
export async function drifted(
  resources: State["resources"],
  cluster: Cluster,
  live: readonly KubeObject[],
): Promise<readonly KubeObject[]> {
  const known = resources
    .filter((each) => textAt(each, "type").startsWith("kubernetes:"))
    .map(({ outputs }) => outputs as KubeObject);
  const own = byKey(live);
  const found = await Promise.all(
    known.map(async (object) => {
      // The labels that a stack puts on somebody else's object are not those that it owns objects by.
      const now = own.get(keyOf(object)) ?? (await cluster.find(object));
      if (now === undefined || !isAsLeft(object, now)) return [object];
      const problem = await verdictOf(cluster, now, undefined);
      return problem === undefined ? [] : [object];
    }),
  );
  return found.flat();
}

/** Controllers of Kubernetes itself, which bind claims and scale; the program sets nothing of what they write. */
const controllers = new Set(["kube-controller-manager", "kube-scheduler"]);

/** Whether a live object is as the engine last saw it, in all that the engine and the program look at. */
function isAsLeft(known: KubeObject, live: KubeObject): boolean {
  const [before, now] = [known, live].map((object) => ({
    uid: object.metadata.uid,
    written: (object.metadata.managedFields ?? []).filter(
      (entry) => !controllers.has(entry.manager ?? "") && textAt(entry, "subresource") !== "status",
    ),
    // Stack outputs have addresses of it.
    balanced: at(object, "status", "loadBalancer"),
  }));
  return before !== undefined && before.written.length > 0 && isDeepStrictEqual(before, now);
}
