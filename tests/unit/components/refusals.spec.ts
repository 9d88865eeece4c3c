import assert from "node:assert/strict";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  CronJob,
  Job,
  type Namespace,
  Redis,
  Web,
  type WebArgs,
  Worker,
  type WorkerArgs,
} from "../../../components";
import { refuse } from "../../../lib/problems";
import { digestKey, pod, refusals } from "../../support/components";

const web = (args: Partial<WebArgs>) => (namespace: Namespace) =>
  new Web("app", {
    namespace,
    containerPort: 8501,
    exposure: { type: "clusterIP" },
    ...pod,
    ...args,
  });
const worker = (args: Partial<WorkerArgs>) => (namespace: Namespace) =>
  new Worker("app", { namespace, ...pod, ...args });
const noHosts = {
  type: "ingress",
  controller: "nginx",
  hosts: [],
  tls: { mode: "none" },
} as const;
const reversed = { minReplicas: 3, maxReplicas: 2 };

const wrong: readonly (readonly [what: string, build: (namespace: Namespace) => unknown])[] = [
  ["Web, its own arguments", web({ containerPort: 0 })],
  ["Web, its workload's", web({ image: "app:latest" })],
  ["Web, its Ingress'", web({ exposure: noHosts })],
  ["Web, its autoscaler's", web({ autoscaling: reversed })],
  ["Worker, its workload's", worker({ replicas: -1 })],
  ["Worker, its autoscaler's", worker({ autoscaling: reversed })],
  ["Job", (namespace) => new Job("app", { namespace, ...pod, backoffLimit: 0.5 })],
  ["CronJob", (namespace) => new CronJob("app", { namespace, ...pod, schedule: "daily" })],
];

/** What no component may be like: it looks at its arguments when half of it is there. */
class Late extends pulumi.ComponentResource {
  constructor(name: string, namespace: Namespace) {
    super("test:index:Late", name, {});
    new k8s.core.v1.ConfigMap(name, { metadata: namespace.metadata(name) }, { parent: this });
    refuse("Late", [{ propertyPath: "name", reason: "too late" }]);
  }
}

describe("components with wrong arguments", () => {
  for (const [what, build] of wrong) {
    it(`register nothing: ${what}`, async () => {
      const { paths, registered } = await refusals(build);
      assert.equal(paths.length, 1);
      assert.deepEqual(registered, []);
    });
  }

  it("register nothing: Worker, its queue scaler's", async () => {
    const { paths, registered } = await refusals((namespace) => {
      const redis = new Redis("queue", { namespace, password: "pw", digestKey });
      worker({ queueScaling: { redis, listName: "jobs", ...reversed } })(namespace);
    });
    assert.deepEqual(paths, ["queueScaling.maxReplicas"]);
    assert.ok(registered.length > 0);
    assert.deepEqual(
      registered.filter((resource) => resource.endsWith(" app")),
      [],
    );
  });

  it("report what is wrong with them and with their parts together", async () => {
    const args = { containerPort: 0, exposure: noHosts, autoscaling: reversed, image: "app" };
    const { paths } = await refusals(web(args));
    const all = ["autoscaling.maxReplicas", "containerPort", "exposure.hosts", "image"];
    assert.deepEqual([...paths].sort(), all);
  });

  it("would be found out if they looked at their arguments late", async () => {
    const { paths, registered } = await refusals((namespace) => new Late("app", namespace));
    assert.deepEqual(paths, ["name"]);
    assert.deepEqual(registered, ["test:index:Late app", "kubernetes:core/v1:ConfigMap app"]);
  });
});
