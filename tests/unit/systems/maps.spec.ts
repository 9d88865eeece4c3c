import assert from "node:assert/strict";
import { at, listAt } from "../../../lib/objects";
import { withoutDisk } from "../../support/components";
import {
  backend,
  claims,
  env,
  images,
  inRunner,
  mounts,
  onOneNode,
  runner,
  secretKey,
  service,
  stackOf,
} from "../../support/mapsStack";
import {
  containerOf,
  hasObject,
  podOf,
  type SystemStack,
  type Row,
} from "../../support/systemStack";

const ns = "maps-python";

/** Every number and name of the "Kubernetes Migration Guide" that systems/maps/README.md links, with its words. */
const documented: readonly Row[] = [
  ["-n maps-python", "namespace", (s) => hasObject(s, "Namespace", ns), true],
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
    (s) => hasObject(s, "PersistentVolumeClaim", "maps-outputs"),
    true,
  ],
  [
    "2. 5 PVCs for data persistence",
    "all in the backend",
    (s) =>
      [...new Set(Object.values(mounts(containerOf(backend(s)))))].filter((each) =>
        hasObject(s, "PersistentVolumeClaim", String(each)),
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
    (s) => [onOneNode(podOf(backend(s))), onOneNode(runner(s)["spec"])],
    [{ "stackberth.dev/volume-maps": "shared" }, { "stackberth.dev/volume-maps": "shared" }],
  ],
  [
    "Specify in PVC if needed: storageClassName",
    "left to the cluster",
    (s) => claims(s).map((each) => at(each, "spec", "storageClassName")),
    [undefined, undefined, undefined, undefined, undefined],
  ],
  ["3. configmap.yaml", "ConfigMap", (s) => hasObject(s, "ConfigMap", "maps-config"), true],
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
      at(podOf(backend(s)), "serviceAccountName"),
      at(podOf(backend(s)), "automountServiceAccountToken"),
    ],
    ["maps-backend-sa", true],
  ],
  [
    "describe role maps-backend-role",
    "Role",
    (s) => hasObject(s, "Role", "maps-backend-role"),
    true,
  ],
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
    (s) => at(containerOf(backend(s)), "image"),
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
    (s) => at(containerOf(backend(s)), "ports", 0, "containerPort"),
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
    "once at the start; while a script runs, nothing is answered",
    (s) => [
      at(containerOf(backend(s)), "startupProbe", "httpGet", "path"),
      at(containerOf(backend(s)), "readinessProbe", "tcpSocket", "port"),
      at(containerOf(backend(s)), "livenessProbe", "tcpSocket", "port"),
    ],
    ["/health", "http", "http"],
  ],
  [
    "imagePullSecrets",
    "none without a registry's login",
    (s) => [at(podOf(backend(s)), "imagePullSecrets"), at(runner(s), "spec", "imagePullSecrets")],
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
    (s) => listAt(runner(s), "spec", "volumes").find(({ name }) => name === "code")?.["configMap"],
    { name: "job-code-42" },
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
      listAt(containerOf(s.find("CronJob", "clean-up-runners")), "env").find(
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
  let stack: SystemStack;
  before(async () => {
    stack = await stackOf();
  });
  for (const [source, says, read, value] of [...documented, ...upstream]) {
    it(`${source}: ${says}`, () => assert.deepEqual(read(stack), value));
  }
});
