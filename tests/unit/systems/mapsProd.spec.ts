import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { at, listAt } from "../../../lib/objects";
import { withoutDisk } from "../../support/components";
import { backend, env, prodWith, runner, secretKey, service } from "../../support/mapsStack";
import { root } from "../../support/stackberth";
import {
  containerOf,
  hasObject,
  podOf,
  type SystemStack,
  systemStack,
  type Row,
} from "../../support/systemStack";

/** MAPS as prod's file has it. */
const inProd = (changes: Readonly<Record<string, string>> = {}): Promise<SystemStack> =>
  systemStack("maps", "prod", undefined, changes);

/** The guide's "Production Recommendations" that need more than the public source. */
const withOwnImages: readonly Row[] = [
  [
    "3. Implement pod disruption budgets",
    "one pod at a time",
    (s) => at(s.find("PodDisruptionBudget", "maps-backend"), "spec", "maxUnavailable"),
    1,
  ],
  [
    "5. Add horizontal pod autoscaling",
    "2 to 6",
    (s) => {
      const spec = s.find("HorizontalPodAutoscaler", "maps-backend")["spec"];
      return [at(spec, "minReplicas"), at(spec, "maxReplicas")];
    },
    [2, 6],
  ],
  [
    "8. Add monitoring (Prometheus, Grafana)",
    "annotations",
    (s) => {
      const { annotations } = at(backend(s), "spec", "template", "metadata") as {
        annotations: Record<string, string>;
      };
      return ["scrape", "port", "path"].map((key) => annotations[`prometheus.io/${key}`]);
    },
    ["true", "8080", "/metrics"],
  ],
];

/** The other "Production Recommendations", as prod's file has them. */
const recommendations: readonly Row[] = [
  ["1. Use Ingress", "ingress", (s) => hasObject(s, "Ingress", "maps-backend"), true],
  ["1. … instead of LoadBalancer", "type", (s) => at(service(s), "spec", "type"), "ClusterIP"],
  [
    "2. Add resource limits",
    "of the backend",
    (s) => withoutDisk(at(containerOf(backend(s)), "resources", "limits")),
    { cpu: "2", memory: "4Gi" },
  ],
  [
    "2. Add resource limits",
    "of all that says nothing",
    (s) => hasObject(s, "LimitRange", "limits"),
    true,
  ],
  [
    "6. Implement backup strategy for PVCs",
    "snapshots of all five",
    (s) =>
      listAt(containerOf(s.find("CronJob", "backup-volumes")), "env").find(
        (each) => each["name"] === "CLAIMS",
      )?.["value"],
    "maps-outputs,maps-assets,maps-library,maps-logs,maps-data",
  ],
  [
    "7. Use network policies",
    "deny by default",
    (s) => [
      hasObject(s, "NetworkPolicy", "default-deny"),
      hasObject(s, "NetworkPolicy", "runners"),
    ],
    [true, true],
  ],
];

describe("MAPS in prod, with images whose backends share their state", () => {
  let stack: SystemStack;
  before(async () => {
    const autoscaling = { minReplicas: 2, maxReplicas: 6 };
    stack = await prodWith({
      backend: { sharedState: true, autoscaling, metrics: { type: "annotations" } },
      runner: { template: true },
    });
  });
  for (const [source, says, read, value] of withOwnImages) {
    it(`${source}: ${says}`, () => assert.deepEqual(read(stack), value));
  }

  it("pulls its runners' image with the registry's login", () => {
    const login = [{ name: "registry-credentials" }];
    assert.deepEqual(at(runner(stack), "spec", "imagePullSecrets"), login);
  });

  it("lets its runners run on any node", () => {
    assert.equal(at(runner(stack), "spec", "affinity"), undefined);
    assert.equal(at(podOf(backend(stack)), "affinity"), undefined);
    assert.equal(at(backend(stack), "spec", "strategy", "type"), "RollingUpdate");
  });
});

describe("MAPS in prod", () => {
  let stack: SystemStack;
  before(async () => {
    stack = await inProd();
  });
  for (const [source, says, read, value] of recommendations) {
    it(`${source}: ${says}`, () => assert.deepEqual(read(stack), value));
  }

  it("4. Use external secret management: it can use existing Secrets", async () => {
    const theirs = await inProd({ "stackberth:secretsMode": "existing" });
    const secrets = ({ objects }: SystemStack) =>
      objects.filter(({ kind }) => kind === "Secret").map(({ metadata }) => metadata.name);
    assert.deepEqual(secrets(stack).sort(), ["maps-api-keys", "maps-auth", "registry-credentials"]);
    assert.deepEqual(secrets(theirs), []);
    assert.deepEqual(env(theirs, "JWT_SECRET"), secretKey("maps-auth", "JWT_SECRET"));
    assert.deepEqual(at(podOf(backend(theirs)), "imagePullSecrets"), [
      { name: "registry-credentials" },
    ]);
  });

  it("4. Use external secret management (Vault, AWS Secrets Manager): from a store", async () => {
    const store = JSON.stringify({ name: "vault" });
    const mode = { "stackberth:secretsMode": "external", "stackberth:secretStore": store };
    const { objects } = await inProd(mode);
    const kinds = (kind: string) =>
      objects.filter((each) => each.kind === kind).map(({ metadata }) => metadata.name);
    assert.deepEqual(kinds("Secret"), []);
    const names = ["maps-api-keys", "maps-auth", "registry-credentials"];
    assert.deepEqual(kinds("ExternalSecret").sort(), names);
  });

  it("9. Implement CI/CD pipeline: a workflow that builds both images, pinned by commit", () => {
    const file = join(root, "systems", "maps", "files", "build-images.yaml");
    const workflow: unknown = parse(readFileSync(file, "utf8"));
    const images = listAt(workflow, "jobs", "build", "strategy", "matrix", "include");
    assert.deepEqual(
      images.map((each) => [each["image"], each["context"]]),
      [
        ["maps-python-backend", "."],
        ["py-exec", "backend/runner_image"],
      ],
    );
    const used = listAt(workflow, "jobs", "build", "steps").flatMap(({ uses }) =>
      typeof uses === "string" ? [uses] : [],
    );
    assert.ok(used.length >= 4);
    for (const each of used) assert.match(each, /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
    assert.deepEqual(at(workflow, "permissions"), {});
  });

  it("pulls its own and its runners' images with the registry's login", () => {
    const login = [{ name: "registry-credentials" }];
    assert.deepEqual(at(podOf(backend(stack)), "imagePullSecrets"), login);
    // The source's own code names no login for its pods; they have their account's.
    const account = stack.find("ServiceAccount", "tfstack-maps-data-analysis");
    assert.deepEqual(account["imagePullSecrets"], login);
    const secret = stack.find("Secret", "registry-credentials");
    assert.equal(secret["type"], "kubernetes.io/dockerconfigjson");
  });

  it("has one backend, which ends before the next one starts", () => {
    assert.equal(at(backend(stack), "spec", "replicas"), 1);
    assert.equal(at(backend(stack), "spec", "strategy", "type"), "Recreate");
  });
});
