import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { at, isJson, type Json, type KubeObject, listAt, textAt } from "../../../lib/objects";
import { withoutDisk } from "../../support/components";
import { invariants } from "../../support/invariants";
import { filledIn } from "../../support/maps";
import { needsPython, python } from "../../support/python";
import { parse as parseStack } from "../../support/stackConfig";
import { root } from "../../support/stackberth";
import { collectStack } from "../../support/stacks";

const images = {
  backend: { image: "registry.example.org/maps-python-backend:1.0.0" },
  runner: { image: "registry.example.org/py-exec:1.0.0" },
};
const only = { "stackberth:systems": JSON.stringify(["maps"]) };
const ns = "maps-python";

interface Stack {
  readonly objects: readonly KubeObject[];
  readonly outputs: Readonly<Record<string, unknown>>;
  find(kind: string, name: string): KubeObject;
  has(kind: string, name: string): boolean;
}

function stackFrom({ objects, outputs }: Awaited<ReturnType<typeof collectStack>>): Stack {
  const all = (kind: string, name: string) =>
    objects.filter((each) => each.kind === kind && each.metadata.name === name);
  return {
    objects,
    outputs: Object.fromEntries(outputs.map(({ name, value }) => [name, value])),
    has: (kind, name) => all(kind, name).length > 0,
    find: (kind, name) => {
      const found = all(kind, name);
      assert.equal(found.length, 1, `${found.length} of ${kind} ${name}`);
      return found[0] as KubeObject;
    },
  };
}

type Part = "backend" | "runner";

/** A stack whose MAPS has only these settings beside its images. */
async function stackOf(settings: object = {}, stack: Record<string, string> = {}): Promise<Stack> {
  const given = settings as Partial<Record<Part, object>>;
  const maps = JSON.stringify({
    ...settings,
    backend: { ...images.backend, ...given.backend },
    runner: { ...images.runner, ...given.runner },
  });
  return stackFrom(await collectStack("dev", { ...only, "stackberth:maps": maps, ...stack }));
}

const backend = (s: Stack) => s.find("Deployment", "maps-backend");
const service = (s: Stack) => s.find("Service", "maps-backend");
const pod = (object: KubeObject): unknown =>
  object.kind === "CronJob"
    ? at(object, "spec", "jobTemplate", "spec", "template", "spec")
    : at(object, "spec", "template", "spec");
const container = (object: KubeObject): unknown => at(pod(object), "containers", 0);
/** What a variable of the backend is in the end, through its ConfigMap. */
function env(s: Stack, name: string): unknown {
  const found = listAt(container(backend(s)), "env").find((each) => each["name"] === name);
  const reference = at(found, "valueFrom", "configMapKeyRef");
  if (reference === undefined) return found?.["value"] ?? found?.["valueFrom"];
  const config = s.find("ConfigMap", textAt(reference, "name"));
  return at(config, "data", textAt(reference, "key"));
}
const secretKey = (name: string, key: string) => ({ secretKeyRef: { name, key } });
const template = (s: Stack): string =>
  textAt(s.find("ConfigMap", "maps-runner-pod"), "data", "runner-pod.yaml");
const runner = (s: Stack): Json => filledIn(template(s), "42");
const inRunner = (s: Stack, ...path: (string | number)[]): unknown =>
  at(runner(s), "spec", "containers", 0, ...path);
const claims = (s: Stack): KubeObject[] =>
  s.objects.filter(({ kind }) => kind === "PersistentVolumeClaim");
const mounts = (from: unknown): Record<string, unknown> =>
  Object.fromEntries(
    listAt(from, "volumeMounts").map((each) => [textAt(each, "mountPath"), each["name"]]),
  );
const onOneNode = (spec: unknown): unknown =>
  at(
    spec,
    "affinity",
    "podAffinity",
    "requiredDuringSchedulingIgnoredDuringExecution",
    0,
    "labelSelector",
    "matchLabels",
  );

type Row = readonly [source: string, says: string, read: (s: Stack) => unknown, value: unknown];

/** Every number and name of the "Kubernetes Migration Guide" that systems/maps/README.md links, with its words. */
const documented: readonly Row[] = [
  ["-n maps-python", "namespace", (s) => s.has("Namespace", ns), true],
  [
    "1. namespace.yaml - Dedicated namespace for isolation",
    "all is in it",
    (s) => [...new Set(s.objects.map(({ metadata }) => metadata.namespace ?? "cluster"))].sort(),
    ["cluster", ns],
  ],
  ["2. persistent-volumes.yaml - 5 PVCs", "claims", (s) => claims(s).length, 5],
  [
    "describe pvc maps-outputs",
    "claim",
    (s) => s.has("PersistentVolumeClaim", "maps-outputs"),
    true,
  ],
  [
    "2. 5 PVCs for data persistence",
    "all in the backend",
    (s) =>
      [...new Set(Object.values(mounts(container(backend(s)))))].filter((each) =>
        s.has("PersistentVolumeClaim", String(each)),
      ),
    ["maps-outputs", "maps-assets", "maps-library", "maps-logs", "maps-data"],
  ],
  [
    "Current setup uses ReadWriteOnce (RWO)",
    "mode",
    (s) => [...new Set(claims(s).map((each) => String(at(each, "spec", "accessModes"))))],
    ["ReadWriteOnce"],
  ],
  [
    "Backend and runner pods must be on same node",
    "both are drawn together",
    (s) => [onOneNode(pod(backend(s))), onOneNode(runner(s)["spec"])],
    [{ "stackberth.dev/volume-maps": "shared" }, { "stackberth.dev/volume-maps": "shared" }],
  ],
  [
    "Specify in PVC if needed: storageClassName",
    "left to the cluster",
    (s) => claims(s).map((each) => at(each, "spec", "storageClassName")),
    [undefined, undefined, undefined, undefined, undefined],
  ],
  ["3. configmap.yaml", "ConfigMap", (s) => s.has("ConfigMap", "maps-config"), true],
  [
    "4. secret.yaml - API keys",
    "GOOGLE_API_KEY",
    (s) => env(s, "GOOGLE_API_KEY"),
    secretKey("maps-api-keys", "GOOGLE_API_KEY"),
  ],
  [
    "4. secret.yaml - API keys",
    "OPENAI_API_KEY",
    (s) => env(s, "OPENAI_API_KEY"),
    secretKey("maps-api-keys", "OPENAI_API_KEY"),
  ],
  [
    "5. rbac.yaml; --as=…:maps-python:maps-backend-sa",
    "the backend's account, with a token",
    (s) => [
      at(pod(backend(s)), "serviceAccountName"),
      at(pod(backend(s)), "automountServiceAccountToken"),
    ],
    ["maps-backend-sa", true],
  ],
  ["describe role maps-backend-role", "Role", (s) => s.has("Role", "maps-backend-role"), true],
  [
    "describe rolebinding maps-backend-rolebinding",
    "binds the Role to the account",
    (s) => {
      const binding = s.find("RoleBinding", "maps-backend-rolebinding");
      return [at(binding, "roleRef", "name"), at(binding, "subjects", 0, "name")];
    },
    ["maps-backend-role", "maps-backend-sa"],
  ],
  [
    "6. backend-deployment.yaml",
    "image maps-python-backend",
    (s) => at(container(backend(s)), "image"),
    images.backend.image,
  ],
  [
    "7. backend-service.yaml - LoadBalancer service (port 8000)",
    "type",
    (s) => at(service(s), "spec", "type"),
    "LoadBalancer",
  ],
  [
    "port-forward svc/maps-backend 8000:8000",
    "port of the Service",
    (s) => at(service(s), "spec", "ports", 0, "port"),
    8000,
  ],
  [
    "port-forward svc/maps-backend 8000:8000",
    "port of the container, which is another in the source's later versions",
    (s) => at(container(backend(s)), "ports", 0, "containerPort"),
    8080,
  ],
  [
    'EXECUTION_RUNTIME == "kubernetes"',
    "runtime",
    (s) => env(s, "EXECUTION_RUNTIME"),
    "kubernetes",
  ],
  ["runner_image: py-exec", "RUNNER_IMAGE", (s) => env(s, "RUNNER_IMAGE"), images.runner.image],
  ["runner_image: py-exec", "the template's", (s) => inRunner(s, "image"), images.runner.image],
  ["timeout=600", "SCRIPT_TIMEOUT", (s) => env(s, "SCRIPT_TIMEOUT"), "600"],
  ["timeout=600", "the runner's end", (s) => at(runner(s), "spec", "activeDeadlineSeconds"), 600],
  [
    "python -u job_runner.py",
    "command",
    (s) => inRunner(s, "command"),
    ["python", "-u", "/work/job_runner.py"],
  ],
  ["logs runner-<job-id>", "name", (s) => at(runner(s), "metadata", "name"), "runner-42"],
  [
    "docker run --rm: no restart",
    "restartPolicy",
    (s) => at(runner(s), "spec", "restartPolicy"),
    "Never",
  ],
  [
    "Script Passing: ConfigMap",
    "read-only",
    (s) => listAt(inRunner(s), "volumeMounts").find((each) => each["mountPath"] === "/code"),
    { name: "code", mountPath: "/code", readOnly: true },
  ],
  [
    "Data Sharing: PersistentVolumeClaims",
    "the outputs",
    (s) =>
      listAt(runner(s), "spec", "volumes").find((each) => each["name"] === "maps-outputs")?.[
        "persistentVolumeClaim"
      ],
    { claimName: "maps-outputs" },
  ],
  [
    '@app.get("/health")',
    "all three probes",
    (s) =>
      ["startupProbe", "readinessProbe", "livenessProbe"].map((probe) =>
        at(container(backend(s)), probe, "httpGet", "path"),
      ),
    ["/health", "/health", "/health"],
  ],
  [
    "imagePullSecrets",
    "none without a registry's login",
    (s) => [at(pod(backend(s)), "imagePullSecrets"), at(runner(s), "spec", "imagePullSecrets")],
    [undefined, undefined],
  ],
];

/** The calls and pods that the code of Maps_Script_Helper's backend really makes. */
const upstream: readonly Row[] = [
  [
    "API calls",
    "the Role, and nothing more",
    (s) => s.find("Role", "maps-backend-role")["rules"],
    [
      { apiGroups: [""], resources: ["pods"], verbs: ["create", "get", "list", "watch", "delete"] },
      { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
      { apiGroups: [""], resources: ["configmaps"], verbs: ["create", "get", "delete"] },
    ],
  ],
  ["Env", "KUBERNETES_NAMESPACE", (s) => env(s, "KUBERNETES_NAMESPACE"), ns],
  ["Env", "RUNNER_SERVICE_ACCOUNT", (s) => env(s, "RUNNER_SERVICE_ACCOUNT"), "maps-runner-sa"],
  [
    "labels",
    "of a runner",
    (s) => at(runner(s), "metadata", "labels"),
    { app: "maps-runner", "job-id": "42", "stackberth.dev/volume-maps": "shared" },
  ],
  [
    "ConfigMap job-code-<id>",
    "at /code",
    (s) => at(runner(s), "spec", "volumes", 0, "configMap", "name"),
    "job-code-42",
  ],
  ["workingDir", "/outputs/<job>", (s) => inRunner(s, "workingDir"), "/outputs/42"],
  [
    "PVC maps-outputs at /outputs",
    "a job sees its own folder alone",
    (s) => listAt(inRunner(s), "volumeMounts").find((each) => each["name"] === "maps-outputs"),
    { name: "maps-outputs", mountPath: "/outputs/42", subPath: "42" },
  ],
  [
    "requests 256Mi/100m",
    "of a runner",
    (s) => withoutDisk(inRunner(s, "resources", "requests")),
    { cpu: "100m", memory: "256Mi" },
  ],
  [
    "limits 1Gi/500m",
    "of a runner",
    (s) => withoutDisk(inRunner(s, "resources", "limits")),
    { cpu: "500m", memory: "1Gi" },
  ],
  [
    "separate maps-runner-sa",
    "account without token",
    (s) => [
      at(runner(s), "spec", "serviceAccountName"),
      at(runner(s), "spec", "automountServiceAccountToken"),
      s.find("ServiceAccount", "maps-runner-sa")["automountServiceAccountToken"],
    ],
    ["maps-runner-sa", false, false],
  ],
  [
    "the namespace default SA should also have it off",
    "account",
    (s) => s.find("ServiceAccount", "default")["automountServiceAccountToken"],
    false,
  ],
  [
    "separate maps-runner-sa",
    "no rights at all",
    (s) =>
      JSON.stringify(s.objects.filter(({ kind }) => kind === "RoleBinding")).includes("runner-sa"),
    false,
  ],
  [
    "a default-deny NetworkPolicy for app=maps-runner",
    "nobody in, nobody out",
    (s) => s.find("NetworkPolicy", "runners")["spec"],
    { podSelector: { matchLabels: { app: "maps-runner" } }, policyTypes: ["Ingress", "Egress"] },
  ],
  [
    "needs a GC CronJob (… older than N h …)",
    "hours",
    (s) =>
      listAt(container(s.find("CronJob", "clean-up-runners")), "env").find(
        (each) => each["name"] === "KEEP_HOURS",
      )?.["value"],
    "24",
  ],
  [
    "and a ResourceQuota",
    "ten runners of their size",
    (s) => s.find("ResourceQuota", "runners")["spec"],
    {
      scopes: ["Terminating"],
      hard: {
        pods: "10",
        "requests.cpu": "1",
        "requests.memory": "2560Mi",
        "limits.cpu": "5",
        "limits.memory": "10Gi",
      },
    },
  ],
];

describe("MAPS with default settings", () => {
  let stack: Stack;
  before(async () => {
    stack = await stackOf();
  });
  for (const [source, says, read, value] of [...documented, ...upstream]) {
    it(`${source}: ${says}`, () => assert.deepEqual(read(stack), value));
  }
});

/** Prod's file with these changes to the settings of one part each. */
async function prodWith(changes: Readonly<Record<Part, object>>): Promise<Stack> {
  const file: unknown = parse(readFileSync(join(root, "Pulumi.prod.yaml"), "utf8"));
  const settings = at(file, "config", "stackberth:maps") as Record<string, object>;
  const changed = Object.entries(changes).map(([part, change]) => {
    const { replicas: _replicas, ...rest } = settings[part] as Record<string, unknown>;
    return [part, { ...rest, ...change }];
  });
  const maps = JSON.stringify({ ...settings, ...Object.fromEntries(changed) });
  return stackFrom(await collectStack("prod", { ...only, "stackberth:maps": maps }));
}

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
  ["1. Use Ingress", "ingress", (s) => s.has("Ingress", "maps-backend"), true],
  ["1. … instead of LoadBalancer", "type", (s) => at(service(s), "spec", "type"), "ClusterIP"],
  [
    "2. Add resource limits",
    "of the backend",
    (s) => withoutDisk(at(container(backend(s)), "resources", "limits")),
    { cpu: "2", memory: "4Gi" },
  ],
  [
    "2. Add resource limits",
    "of all that says nothing",
    (s) => s.has("LimitRange", "limits"),
    true,
  ],
  [
    "6. Implement backup strategy for PVCs",
    "snapshots of all five",
    (s) =>
      listAt(container(s.find("CronJob", "backup-volumes")), "env").find(
        (each) => each["name"] === "CLAIMS",
      )?.["value"],
    "maps-outputs,maps-assets,maps-library,maps-logs,maps-data",
  ],
  [
    "7. Use network policies",
    "deny by default",
    (s) => [s.has("NetworkPolicy", "default-deny"), s.has("NetworkPolicy", "runners")],
    [true, true],
  ],
];

describe("MAPS in prod, with images whose backends share their state", () => {
  let stack: Stack;
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
    assert.equal(at(pod(backend(stack)), "affinity"), undefined);
    assert.equal(at(backend(stack), "spec", "strategy", "type"), "RollingUpdate");
  });
});

describe("MAPS in prod", () => {
  let stack: Stack;
  before(async () => {
    stack = stackFrom(await collectStack("prod", only));
  });
  for (const [source, says, read, value] of recommendations) {
    it(`${source}: ${says}`, () => assert.deepEqual(read(stack), value));
  }

  it("4. Use external secret management: it can use existing Secrets", async () => {
    const theirs = stackFrom(
      await collectStack("prod", { ...only, "stackberth:secretsMode": "existing" }),
    );
    const secrets = ({ objects }: Stack) =>
      objects.filter(({ kind }) => kind === "Secret").map(({ metadata }) => metadata.name);
    assert.deepEqual(secrets(stack).sort(), ["maps-api-keys", "maps-auth", "registry-credentials"]);
    assert.deepEqual(secrets(theirs), []);
    assert.deepEqual(env(theirs, "JWT_SECRET"), secretKey("maps-auth", "JWT_SECRET"));
    assert.deepEqual(at(pod(backend(theirs)), "imagePullSecrets"), [
      { name: "registry-credentials" },
    ]);
  });

  it("4. Use external secret management (Vault, AWS Secrets Manager): from a store", async () => {
    const store = JSON.stringify({ name: "vault" });
    const mode = { "stackberth:secretsMode": "external", "stackberth:secretStore": store };
    const { objects } = await collectStack("prod", { ...only, ...mode });
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
    assert.deepEqual(at(pod(backend(stack)), "imagePullSecrets"), login);
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

describe("MAPS", () => {
  it("has a port for its container and one for its Service", async () => {
    const stack = await stackOf({ backend: { containerPort: 8080, servicePort: 8000 } });
    assert.equal(at(container(backend(stack)), "ports", 0, "containerPort"), 8080);
    assert.equal(at(service(stack), "spec", "ports", 0, "port"), 8000);
    assert.equal(at(service(stack), "spec", "ports", 0, "targetPort"), "http");
  });

  for (const timeoutSeconds of [1, 600, 7200]) {
    it(`allows a script ${timeoutSeconds} s wherever there is a timeout`, async () => {
      const exposure = { type: "ingress", hosts: ["a.example.org"] };
      const stack = await stackOf({ runner: { timeoutSeconds }, exposure });
      assert.equal(env(stack, "SCRIPT_TIMEOUT"), String(timeoutSeconds));
      assert.equal(at(runner(stack), "spec", "activeDeadlineSeconds"), timeoutSeconds);
      const grace = at(pod(backend(stack)), "terminationGracePeriodSeconds") as number;
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
      .filter((each) => at(pod(each), "automountServiceAccountToken") === true)
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
    const spec = pod(stack.find("CronJob", "backup-volumes"));
    assert.deepEqual(onOneNode(spec), { "stackberth.dev/volume-maps": "shared" });
    assert.equal(Object.keys(mounts(at(spec, "containers", 0))).length, 8);
    const archives = stack.find("PersistentVolumeClaim", "backup-volumes-archives");
    assert.equal(at(archives, "spec", "resources", "requests", "storage"), "50Gi");
    assert.equal(at(stack.outputs, "capacity", "maps", "storage"), "90Gi");
    assert.ok(stack.has("CronJob", "backup-volumes-restore"));
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
    assert.deepEqual(at(limits, "default"), { cpu: "500m", memory: "1Gi" });
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
});

describe("the template of runner pods", () => {
  const context = { stack: "dev", protectData: false, canaries: [] };

  it("keeps an id of digits a string", async () => {
    const labels = at(filledIn(template(await stackOf()), "007"), "metadata", "labels");
    assert.equal(at(labels, "job-id"), "007");
  });

  it("is filled in by Python's own templates, as the README says", async function () {
    needsPython(this);
    const text = template(await stackOf());
    const fill =
      "import os, string; print(string.Template(os.environ['T']).substitute(JOB_ID='42'), end='')";
    const { code, output } = await python(["-c", fill], { T: text });
    assert.equal(code, 0, output);
    assert.deepEqual(parse(output), filledIn(text, "42"));
  });

  it("meets the invariants of every pod", async () => {
    const { objects } = await stackOf();
    for (const [name, invariant] of Object.entries(invariants)) {
      assert.deepEqual(invariant(objects, context), [], name);
    }
    const broken: readonly (readonly [keyof typeof invariants, from: string, to: string])[] = [
      ["restricted", "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true"],
      ["versioned", "py-exec:1.0.0", "py-exec:latest"],
      ["resourced", 'memory: "1Gi"', 'other: "1Gi"'],
      ["mounted", 'claimName: "maps-outputs"', 'claimName: "missing"'],
      ["tokenless", "automountServiceAccountToken: false", "automountServiceAccountToken: true"],
      ["policed", 'app: "maps-runner"', 'app: "other"'],
    ];
    for (const [invariant, from, to] of broken) {
      const changed = objects.map((each) => {
        if (each.metadata.name !== "maps-runner-pod" || !isJson(each["data"])) return each;
        const text = textAt(each["data"], "runner-pod.yaml");
        assert.ok(text.includes(from), from);
        return { ...each, data: { "runner-pod.yaml": text.replace(from, to) } };
      });
      assert.equal(invariants[invariant](changed, context).length, 1, invariant);
    }
  });
});
