import assert from "node:assert/strict";
import { Cluster } from "../../../cluster";
import type { ApiClient, ApiRequest } from "../../../cluster/client";
import type { KubeObject } from "../../../lib/objects";
import {
  additionLine,
  findAdditions,
  obstacle,
  removeAddition,
} from "../../../tools/pulumi/additions";

/** A secret as the engine's events tell it. */
const secret = {
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  ciphertext: "[secret]",
};

const deployment = (env: readonly unknown[], args: readonly unknown[] = []): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "lab", uid: "1" },
  spec: { template: { spec: { containers: [{ name: "web", args, env }] } } },
});

const plain = { name: "MODE", value: "test" };
const extra = { name: "EXTRA", value: "1" };

/** A cluster that has one object, and the patches that it was sent. */
function clusterWith(live: KubeObject) {
  const patches: ApiRequest[] = [];
  const { apiVersion, kind } = live;
  const resource = { apiVersion, kind, plural: "deployments", namespaced: true, verbs: [] };
  const json = (request: ApiRequest) => Promise.resolve(patches.push(request));
  const cluster = Object.assign(new Cluster({ json } as unknown as ApiClient), {
    discovery: { find: () => Promise.resolve(resource) },
  });
  return { cluster: cluster as unknown as Cluster, patches };
}

function additionIn(wanted: KubeObject, live: KubeObject) {
  const { cluster, patches } = clusterWith(live);
  const [addition, ...others] = findAdditions([live], [wanted]);
  assert.ok(addition);
  assert.deepEqual(others, []);
  return { addition, cluster, patches };
}

describe("elements that somebody appended to a live list", () => {
  it("are removed by putting the outermost list back", async () => {
    const wanted = deployment([plain]);
    const { addition, cluster, patches } = additionIn(wanted, deployment([plain, extra]));
    assert.equal(
      additionLine(addition),
      "Deployment lab/web\n    spec.template.spec.containers.0.env: 1 extra element not in the program",
    );
    assert.equal(obstacle(addition), undefined);
    await removeAddition(cluster, addition);
    assert.deepEqual(patches[0]?.body, { spec: wanted["spec"] });
  });

  it("are found in a list that the program does not set, inside a pod's template alone", async () => {
    const wait = { name: "wait", image: "redis:7" };
    const job = (initContainers: readonly object[], pod = {}, spec = {}): KubeObject => ({
      ...deployment([plain]),
      spec: { template: { spec: { initContainers, ...pod } }, ...spec },
    });
    const wanted = job([wait]);
    const added = job([{ ...wait, env: [extra] }], {}, { ofTheServer: ["kept"] });
    const { addition, cluster, patches } = additionIn(wanted, added);
    assert.deepEqual(addition.path, ["spec", "template", "spec", "initContainers", 0, "env"]);
    await removeAddition(cluster, addition);
    assert.deepEqual(patches[0]?.body, { spec: wanted["spec"] });

    const outer = additionIn(wanted, job([wait], { tolerations: [{ operator: "Exists" }] }));
    await removeAddition(outer.cluster, outer.addition);
    assert.deepEqual(outer.patches[0]?.body, { spec: { template: { spec: { tolerations: [] } } } });
  });

  const hidden: readonly (readonly [string, KubeObject, readonly unknown[]])[] = [
    ["as an element", deployment([secret]), [{ name: "KEY", value: "s3cret" }, extra]],
    ["in an element", deployment([{ name: "KEY", value: secret }]), [plain, extra]],
    ["in a text", deployment([{ name: "URL", value: "db://me:[secret]@db" }]), [plain, extra]],
    ["in another list of the same container", deployment([plain], [secret]), [plain, extra]],
  ];
  for (const [where, wanted, env] of hidden) {
    it(`stay where the engine hides a secret ${where}`, async () => {
      const live = deployment(env, wanted === hidden[3]?.[1] ? ["s3cret"] : []);
      const { addition, cluster, patches } = additionIn(wanted, live);
      const problem =
        /^Deployment lab\/web: spec\.template\.spec\.containers holds a secret.*kubectl edit deployment web --namespace lab$/;
      assert.match(obstacle(addition) ?? "", problem);
      await assert.rejects(removeAddition(cluster, addition), { message: problem });
      assert.deepEqual(patches, []);
    });
  }
});
