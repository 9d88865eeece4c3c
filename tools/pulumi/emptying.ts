import { setTimeout as sleep } from "node:timers/promises";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import type { Cluster } from "../../cluster";
import { type KubeObject, textAt } from "../../lib/objects";
import { claimsIn, namespacesThatGo } from "./keep";
import type { State } from "./state";

const pollMs = 100;
// The engine asks for the deletion right after it says so.
const polls = 100;

/** What it asks of a cluster. */
type Asked = Pick<Cluster, "find" | "delete" | "client">;

/**
 * The workloads in namespaces that go with their stack. In one that stays, the engine stops them one after the other,
 * since what they write last is kept.
 *
 * @param staying - Names of namespaces that stay although the state says that they go.
 */
export function workloadsThatGo(
  { resources }: State,
  staying: readonly string[],
): readonly KubeObject[] {
  const going = namespacesThatGo(resources)
    .map((each) => textAt(each, "id"))
    .filter((namespace) => !staying.includes(namespace));
  return resources
    .filter((each) => /^kubernetes:(apps|batch)\//.test(textAt(each, "type")))
    .filter((each) => each["protect"] !== true && each["retainOnDelete"] !== true)
    .map(({ outputs }) => outputs as KubeObject)
    .filter(({ metadata: { namespace = "" } }) => going.includes(namespace));
}

/**
 * Stops workloads all at once when the engine says that it begins to delete, and so has the stack to itself. It deletes
 * what is equally deep in its graph, waits for the pods, and goes on with what is less deep: their times to end add up.
 *
 * Never an error: what fails here, the engine does later.
 */
export function stopAtOnce(
  cluster: Pick<Cluster, "delete">,
  workloads: readonly KubeObject[],
): (event: EngineEvent) => void {
  let waiting = workloads;
  return ({ resourcePreEvent }) => {
    if (resourcePreEvent?.metadata.op !== "delete") return;
    const all = waiting.map((each) => cluster.delete(each, "Foreground"));
    waiting = [];
    void Promise.allSettled(all);
  };
}

/**
 * Helps to empty the namespace that the engine says it deletes: asks for the deletion of its claims, which go with it in
 * any case. Kubernetes begins five seconds later, and where it then finds a claim, whose finalizer takes a moment, it looks
 * again only after eight more.
 *
 * Never an error: what the user may not do here, Kubernetes does later.
 */
export async function hurryEmptying(
  cluster: Asked,
  { resourcePreEvent }: EngineEvent,
): Promise<void> {
  const { op, type, old } = resourcePreEvent?.metadata ?? {};
  if (op !== "delete" || type !== "kubernetes:core/v1:Namespace") return;
  try {
    await deleteClaims(cluster, textAt(old?.inputs, "metadata", "name"));
  } catch {
    // Left to Kubernetes.
  }
}

async function deleteClaims(cluster: Asked, name: string): Promise<void> {
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
  for (let polled = 0; polled < polls; polled += 1) {
    // Read before the namespace: so they are of the one that ends, and not of a later one of its name.
    const claims = await claimsIn(cluster, name);
    const live = await cluster.find(namespace);
    if (live === undefined) return;
    if (live.metadata.deletionTimestamp !== undefined) {
      await Promise.all(claims.map((claim) => cluster.delete(claim)));
      return;
    }
    await sleep(pollMs);
  }
}
