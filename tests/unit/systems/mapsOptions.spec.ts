import assert from "node:assert/strict";
import { at, listAt } from "../../../lib/objects";
import { ofSource, ownPod } from "../../support/maps";
import {
  backend,
  claims,
  env,
  images,
  inRunner,
  mounts,
  onOneNode,
  runner,
  service,
  stackOf,
} from "../../support/mapsStack";
import { parse as parseStack } from "../../support/stackConfig";
import { containerOf, hasObject, podOf } from "../../support/systemStack";

describe("MAPS", () => {
  it("has a port for its container and one for its Service", async () => {
    const stack = await stackOf({ backend: { containerPort: 8080, servicePort: 8000 } });
    assert.equal(at(containerOf(backend(stack)), "ports", 0, "containerPort"), 8080);
    assert.equal(at(service(stack), "spec", "ports", 0, "port"), 8000);
    assert.equal(at(service(stack), "spec", "ports", 0, "targetPort"), "http");
  });

  for (const timeoutSeconds of [1, 600, 7200]) {
    it(`allows a script ${timeoutSeconds} s wherever there is a timeout`, async () => {
      const exposure = { type: "ingress", hosts: ["a.example.org"] };
      const stack = await stackOf({ runner: { timeoutSeconds }, exposure });
      assert.equal(env(stack, "SCRIPT_TIMEOUT"), String(timeoutSeconds));
      assert.equal(at(runner(stack), "spec", "activeDeadlineSeconds"), timeoutSeconds);
      const grace = at(podOf(backend(stack)), "terminationGracePeriodSeconds") as number;
      assert.ok(grace > timeoutSeconds);
      const annotations = stack.find("Ingress", "maps-backend").metadata.annotations ?? {};
      const silence = Number(annotations["nginx.ingress.kubernetes.io/proxy-read-timeout"]);
      assert.ok(silence > timeoutSeconds);
      const guard = stack.find("ValidatingAdmissionPolicy", "maps-python-runner-pods");
      assert.match(JSON.stringify(guard["spec"]), new RegExp(`<= ${timeoutSeconds}\\b`));
    });
  }

  it("has a ServiceMonitor if the settings ask for one", async () => {
    const stack = await stackOf({ backend: { metrics: { type: "serviceMonitor" } } });
    const monitor = stack.find("ServiceMonitor", "maps-backend");
    assert.deepEqual(at(monitor, "spec", "endpoints", 0), {
      port: "http",
      path: "/metrics",
      interval: "30s",
    });
  });

  it("keeps a browser on one of several backends", async () => {
    const stack = await stackOf({ exposure: { type: "ingress", hosts: ["a.example.org"] } });
    const annotations = stack.find("Ingress", "maps-backend").metadata.annotations ?? {};
    assert.equal(annotations["nginx.ingress.kubernetes.io/session-cookie-name"], "maps-backend");
    assert.equal(annotations["nginx.ingress.kubernetes.io/proxy-body-size"], "0");
  });

  it("lets runners reach only the addresses of egress, and no DNS", async () => {
    const stack = await stackOf({ runner: { egress: ["203.0.113.0/24"] } });
    assert.deepEqual(at(stack.find("NetworkPolicy", "runners"), "spec", "egress"), [
      { to: [{ ipBlock: { cidr: "203.0.113.0/24" } }] },
    ]);
    // Every policy that opens something selects by labels that a runner has not.
    const labels = at(runner(stack), "metadata", "labels") as Record<string, string>;
    const opening = stack.objects
      .filter(({ kind, metadata }) => kind === "NetworkPolicy" && metadata.name !== "runners")
      .filter(({ spec }) => at(spec, "egress") !== undefined || at(spec, "ingress") !== undefined);
    assert.ok(opening.length >= 4);
    for (const { metadata, spec } of opening) {
      const wanted = Object.entries(at(spec, "podSelector", "matchLabels") ?? {});
      assert.ok(wanted.length > 0, metadata.name);
      assert.ok(
        wanted.some(([key, value]) => labels[key] !== value),
        metadata.name,
      );
    }
  });

  it("lets exactly the pods with a token reach the API server", async () => {
    const apiServer = { cidrs: ["203.0.113.1/32"], ports: [6443] };
    const stack = await stackOf({ apiServer, backup: { type: "snapshot" } });
    const reaching = stack.objects
      .filter(({ kind }) => kind === "NetworkPolicy")
      .filter(({ spec }) => JSON.stringify(spec).includes("203.0.113.1/32"))
      .map(({ spec }) => at(spec, "podSelector", "matchLabels", "app.kubernetes.io/name"));
    assert.deepEqual(reaching.sort(), ["backup-volumes", "clean-up-runners", "maps-backend"]);
    const tokens = stack.objects
      .filter((each) => at(podOf(each), "automountServiceAccountToken") === true)
      .map(({ metadata }) => metadata.name);
    assert.deepEqual(tokens.sort(), reaching.sort());
  });

  it("lets the backend reach the addresses of egress", async () => {
    const stack = await stackOf({ egress: ["203.0.113.0/24"] });
    const policy = stack.find("NetworkPolicy", "egress-0-from-maps-backend");
    assert.equal(at(policy, "spec", "egress", 0, "to", 0, "ipBlock", "cidr"), "203.0.113.0/24");
  });

  it("keeps no pods together if volumes are ReadWriteMany", async () => {
    const stack = await stackOf({
      volumes: { accessMode: "ReadWriteMany", storageClassName: "nfs" },
    });
    assert.equal(onOneNode(runner(stack)["spec"]), undefined);
    assert.deepEqual(
      [...new Set(claims(stack).map((each) => at(each, "spec", "storageClassName")))],
      ["nfs"],
    );
  });

  it("mounts existing claims", async () => {
    const stack = await stackOf({ volumes: { outputs: { existingClaim: "theirs" } } });
    assert.equal(claims(stack).length, 4);
    const volumes = JSON.stringify(at(runner(stack), "spec", "volumes"));
    assert.match(volumes, /"claimName":"theirs"/);
    const guard = stack.find("ValidatingAdmissionPolicy", "maps-python-runner-pods");
    assert.match(JSON.stringify(guard), /the claim theirs/);
  });

  it("copies its volumes with backup.type copy", async () => {
    const backup = { type: "copy", size: "50Gi", keep: 3 };
    const stack = await stackOf({ backup });
    const spec = podOf(stack.find("CronJob", "backup-volumes"));
    assert.deepEqual(onOneNode(spec), { "stackberth.dev/volume-maps": "shared" });
    assert.equal(Object.keys(mounts(at(spec, "containers", 0))).length, 8);
    const archives = stack.find("PersistentVolumeClaim", "backup-volumes-archives");
    assert.equal(at(archives, "spec", "resources", "requests", "storage"), "50Gi");
    assert.equal(at(stack.outputs, "capacity", "maps", "storage"), "90Gi");
    assert.ok(hasObject(stack, "CronJob", "backup-volumes-restore"));
  });

  for (const [guard, actions] of [
    ["deny", ["Deny"]],
    ["audit", ["Warn", "Audit"]],
    ["none", undefined],
  ] as const) {
    it(`guards what the backend creates: ${guard}`, async () => {
      const stack = await stackOf({ runner: { guard } });
      const bindings = stack.objects.filter(
        ({ kind }) => kind === "ValidatingAdmissionPolicyBinding",
      );
      assert.deepEqual(
        bindings.map(({ spec }) => at(spec, "validationActions")),
        actions ? [actions, actions] : [],
      );
    });
  }

  it("accepts a whole config.json as a registry's login", () => {
    const registry = { credentials: "dockerConfigJson" };
    const settings = { ...images, registry };
    const { problems } = parseStack({
      systems: ["maps"],
      maps: settings,
      mapsRegistryDockerConfigJson: undefined,
    });
    assert.deepEqual(
      problems.map(({ key }) => key),
      ["stackberth:mapsRegistryDockerConfigJson"],
    );
    assert.match(problems[0]?.text ?? "", /--set mapsRegistryDockerConfigJson/);
  });

  it("pulls with an existing Secret of a registry's login", async () => {
    const registry = { credentials: "dockerConfigJson" };
    const mode = {
      "stackberth:secretsMode": "existing",
      "stackberth:mapsRegistryDockerConfigJson": "",
    };
    const stack = await stackOf({ registry }, mode);
    assert.ok(!stack.objects.some(({ kind }) => kind === "Secret"));
    const login = [{ name: "registry-credentials" }];
    assert.deepEqual(at(runner(stack), "spec", "imagePullSecrets"), login);
  });

  it("needs no API keys", () => {
    const { problems } = parseStack({
      systems: ["maps"],
      maps: images,
      mapsGoogleApiKey: undefined,
      mapsOpenaiApiKey: undefined,
    });
    assert.deepEqual(problems, []);
  });

  it("raises its LimitRange to the largest resources in the settings", async () => {
    const large = { cpu: "16", memory: "64Gi" };
    const stack = await stackOf({ backend: { resources: { requests: large, limits: large } } });
    const limits = at(stack.find("LimitRange", "limits"), "spec", "limits", 0);
    assert.deepEqual(at(limits, "max"), large);
    assert.deepEqual(at(limits, "default"), {
      cpu: "500m",
      memory: "1Gi",
      "ephemeral-storage": "1Gi",
    });
  });

  it("leaves room for a rollout of the backend in its quota", async () => {
    const autoscaling = { minReplicas: 2, maxReplicas: 6 };
    const stack = await stackOf({ backend: { autoscaling, sharedState: true } });
    assert.deepEqual(stack.find("ResourceQuota", "all-but-runners")["spec"], {
      scopes: ["NotTerminating"],
      hard: { pods: "18" },
    });
  });

  it("adds the variables of the settings", async () => {
    const stack = await stackOf({ backend: { variables: { LOG_LEVEL: "debug" } } });
    assert.equal(env(stack, "LOG_LEVEL"), "debug");
    assert.equal(env(stack, "EXECUTION_RUNTIME"), "kubernetes");
  });

  it("places runners by runner.placement", async () => {
    const placement = { nodeSelector: { pool: "runners" }, priorityClassName: "low" };
    const spec = runner(await stackOf({ runner: { placement } }))["spec"];
    assert.deepEqual(at(spec, "nodeSelector"), { pool: "runners" });
    assert.equal(at(spec, "priorityClassName"), "low");
  });

  it("limits what a runner writes outside its outputs", async () => {
    const stack = await stackOf({ runner: { scratchSize: "100Mi" } });
    const tmp = listAt(runner(stack), "spec", "volumes").find((each) => each["name"] === "tmp");
    assert.deepEqual(tmp?.["emptyDir"], { sizeLimit: "100Mi" });
    assert.equal(inRunner(stack, "securityContext", "readOnlyRootFilesystem"), true);
  });

  it("limits what pods of the source's own write to the node's disk, which they do not", async () => {
    const disk = "ephemeral-storage";
    const pod = ownPod("42", ofSource.runner.image);
    assert.equal(at(pod, "spec", "containers", 0, "resources", "limits", disk), undefined);
    const runner = { ...ofSource.runner, scratchSize: "2Gi" };
    const limits = (await stackOf({ ...ofSource, runner })).find("LimitRange", "limits");
    assert.equal(at(limits, "spec", "limits", 0, "default", disk), "2Gi");
    assert.equal(at(limits, "spec", "limits", 0, "defaultRequest", disk), "50Mi");
  });
});
