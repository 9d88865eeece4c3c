import assert from "node:assert/strict";
import { DisruptionBudget, Worker, type WorkerArgs } from "../../../components";
import { assertParents, itRefuses, objectsIn, pod } from "../../support/components";
import { count, one } from "../../support/deploy";

const selector = { "app.kubernetes.io/name": "app" };
const budgets = async (args: Partial<WorkerArgs>): Promise<number> => {
  const found = await objectsIn((namespace) => new Worker("app", { namespace, ...pod, ...args }));
  return count(found, "PodDisruptionBudget");
};

describe("DisruptionBudget", () => {
  it("lets one pod go at a time", async () => {
    const found = await objectsIn(
      (namespace) => new DisruptionBudget("app", { namespace, selector, replicas: 2 }),
    );
    const budget = one(found, "PodDisruptionBudget", "app");
    assert.deepEqual(budget.spec, { maxUnavailable: 1, selector: { matchLabels: selector } });
    assertParents(found, "DisruptionBudget");
  });

  it("takes a name", async () => {
    const found = await objectsIn(
      (namespace) =>
        new DisruptionBudget("app", { namespace, name: "other", selector, replicas: 3 }),
    );
    assert.equal(one(found, "PodDisruptionBudget").metadata.name, "other");
  });

  itRefuses([
    [
      "fewer than two replicas",
      (namespace) => new DisruptionBudget("app", { namespace, selector, replicas: 1 }),
      "replicas",
      /block every node drain/,
    ],
  ]);

  const rows: readonly (readonly [string, Partial<WorkerArgs>, number])[] = [
    ["one replica by default", {}, 0],
    ["0 replicas", { replicas: 0 }, 0],
    ["1 replica", { replicas: 1 }, 0],
    ["2 replicas", { replicas: 2 }, 1],
    ["an autoscaler from 1", { autoscaling: { minReplicas: 1, maxReplicas: 9 } }, 0],
    ["an autoscaler from 2", { autoscaling: { minReplicas: 2, maxReplicas: 9 } }, 1],
  ];
  for (const [title, args, expected] of rows) {
    it(`comes with ${title}: ${expected}`, async () => {
      assert.equal(await budgets(args), expected);
    });
  }
});
