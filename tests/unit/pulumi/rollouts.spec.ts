import assert from "node:assert/strict";
import type { KubeObject } from "../../../lib/objects";
import { awaitRollouts, RolloutError } from "../../../tools/pulumi/rollouts";

const web: KubeObject = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { namespace: "ns", name: "web" },
};

/** A cluster that has the Deployment in one state after the other, each read once. */
function cluster(
  ...states: readonly (readonly [observed: number, reason: string, updated?: number] | undefined)[]
) {
  const left = [...states];
  const find = (): Promise<KubeObject | undefined> => {
    assert.notEqual(left.length, 0, "it read on after the end");
    const next = left.shift();
    if (next === undefined) return Promise.resolve(undefined);
    const [observedGeneration, reason, updatedReplicas = 1] = next;
    const conditions = [{ type: "Progressing", status: "True", reason, message: "of the image" }];
    return Promise.resolve({
      ...web,
      metadata: { ...web.metadata, generation: 2 },
      spec: { progressDeadlineSeconds: 60 },
      status: { observedGeneration, updatedReplicas, ...(reason !== "" && { conditions }) },
    });
  };
  return { find, left };
}

const complete = "NewReplicaSetAvailable";

describe("the end of a rollout", () => {
  const cases: readonly [string, ReturnType<typeof cluster>][] = [
    ["is what the controller says of the change", cluster([2, complete])],
    [
      "is not that of the rollout before",
      cluster([1, complete], [2, "ReplicaSetUpdated"], [2, complete]),
    ],
    [
      "is not that of the rollout before, which the controller repeats until there is a new pod",
      cluster([2, complete, 0], [2, "NewReplicaSetCreated", 0], [2, complete]),
    ],
    ["is waited for from the start", cluster([0, ""], [2, "NewReplicaSetCreated"], [2, complete])],
    ["is not waited for while somebody pauses it", cluster([2, "DeploymentPaused", 0])],
    ["is not waited for once it is deleted", cluster([2, "ReplicaSetUpdated"], undefined)],
  ];
  for (const [title, found] of cases) {
    it(title, async () => {
      await awaitRollouts(found, [web]);
      assert.deepEqual(found.left, [], "it stopped too early");
    });
  }

  it("may be a failure", async () => {
    const found = cluster([1, complete], [2, "ProgressDeadlineExceeded"]);
    await assert.rejects(
      awaitRollouts(found, [web]),
      (error) =>
        error instanceof RolloutError && error.message === "Deployment ns/web: of the image",
    );
  });

  it("is a failure where no new pod is ever there, once old ones have had their time", async () => {
    const limits = {
      template: { spec: { terminationGracePeriodSeconds: 0.1 } },
      progressDeadlineSeconds: 0.2,
    };
    const conditions = [{ type: "Progressing", status: "True", reason: complete }];
    const find = () => Promise.resolve({ ...web, spec: limits, status: { conditions } });
    await assert.rejects(awaitRollouts({ find }, [web]), {
      message: "Deployment ns/web: it has no new pod yet; old ones may still be stopping",
    });
  });

  /** A StatefulSet of two, as its controller has seen it. */
  const database = (observedGeneration: number, updatedReplicas: number, seconds = "60") => ({
    ...web,
    kind: "StatefulSet",
    metadata: {
      ...web.metadata,
      generation: 2,
      annotations: { "pulumi.com/timeoutSeconds": seconds },
    },
    spec: { replicas: 2 },
    status: { observedGeneration, updatedReplicas, availableReplicas: 2 },
  });

  it("of a StatefulSet is waited for until each of its pods is new", async () => {
    const states = [database(1, 2), database(2, 1), database(2, 2)];
    const find = () => Promise.resolve(states.shift());
    await awaitRollouts({ find }, [database(2, 0)]);
    assert.deepEqual(states, [], "it stopped too early");
  });

  it("of a StatefulSet is a failure once its time is over", async () => {
    const find = () => Promise.resolve(database(2, 1, "0.3"));
    await assert.rejects(awaitRollouts({ find }, [database(2, 0)]), {
      message: "StatefulSet ns/web: 1 of 2 replicas are updated",
    });
  });

  it("is not asked of other kinds", async () => {
    await awaitRollouts(cluster(), [{ ...web, kind: "Service" }]);
  });

  it("is shown while it is waited for", async () => {
    const shown: (readonly [KubeObject, string | undefined])[] = [];
    const failing = cluster([2, "ProgressDeadlineExceeded"]);
    const ended = awaitRollouts(failing, [{ ...web, kind: "Service" }, web], async (each, end) => {
      shown.push([each, await end]);
      return undefined;
    });
    assert.deepEqual(shown, []);
    await ended;
    assert.deepEqual(shown, [[web, "Deployment ns/web: of the image"]]);
  });
});
