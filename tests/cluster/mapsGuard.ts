import assert from "node:assert/strict";
import { at, isJson, type Json } from "../../lib/objects";
import { kubectl } from "../support/kubectl";
import type { MapsJobs } from "../support/mapsJobs";

/** A part of a pod that a test changes. */
type Part = Record<string, unknown>;
type Change = (spec: Part, metadata: Part) => void;

const firstOf = (spec: Part, kind: "containers" | "initContainers"): Part => {
  const first = at(spec, kind, 0);
  assert.ok(isJson(first));
  return first;
};
const container = (spec: Part): Part => firstOf(spec, "containers");
const waiting = (spec: Part): Part => firstOf(spec, "initContainers");

const secret = { secretName: "maps-auth" };
const keyRef = { secretKeyRef: { name: "maps-auth", key: "JWT_SECRET" } };
const tokenSource = { serviceAccountToken: { path: "token" } };

/** What the guard refuses of a runner's pod, and what it says then. */
const refused: readonly (readonly [title: string, change: Change, says: RegExp])[] = [
  [
    "its own account for a runner",
    (spec) => (spec["serviceAccountName"] = "maps-backend-sa"),
    /uses the account maps-runner-sa/,
  ],
  [
    "a runner with a token",
    (spec) => (spec["automountServiceAccountToken"] = true),
    /automountServiceAccountToken: false/,
  ],
  [
    "a token by a volume",
    (spec) => (spec["volumes"] = [{ name: "t", projected: { sources: [tokenSource] } }]),
    /empty volumes/,
  ],
  ["a Secret as a volume", (spec) => (spec["volumes"] = [{ name: "s", secret }]), /empty volumes/],
  [
    "a Secret as a variable",
    (spec) => (container(spec)["env"] = [{ name: "S", valueFrom: keyRef }]),
    /no environment variables from Secrets/,
  ],
  [
    "all of a Secret as variables",
    (spec) => (container(spec)["envFrom"] = [{ secretRef: { name: "maps-auth" } }]),
    /no environment variables from Secrets/,
  ],
  [
    "another volume than that of the outputs",
    (spec) =>
      (spec["volumes"] = [{ name: "d", persistentVolumeClaim: { claimName: "maps-data" } }]),
    /the claim maps-outputs/,
  ],
  [
    "the settings of somebody else",
    (spec) => (spec["volumes"] = [{ name: "c", configMap: { name: "maps-config" } }]),
    /job-code-\*/,
  ],
  [
    "another image",
    (spec) => (container(spec)["image"] = "registry.example.org/miner:1.0.0"),
    /of the image registry\.example\.org\/py-exec:1\.22\.0/,
  ],
  [
    "a second container",
    (spec) => (spec["containers"] = [container(spec), { ...container(spec), name: "second" }]),
    /one container/,
  ],
  [
    "a script that starts before its policy",
    (spec) => delete spec["initContainers"],
    /init container wait-for-isolation, unchanged/,
  ],
  [
    "an API server that cannot be reached anyway",
    (spec) => (waiting(spec)["env"] = [{ name: "KUBERNETES_SERVICE_HOST", value: "127.0.0.1" }]),
    /init container wait-for-isolation, unchanged/,
  ],
  [
    "networks that need not be closed",
    (spec) => (waiting(spec)["args"] = ["0.0.0.0/0"]),
    /init container wait-for-isolation, unchanged/,
  ],
  [
    "another wait",
    (spec) => (waiting(spec)["command"] = ["true"]),
    /init container wait-for-isolation, unchanged/,
  ],
  [
    "a wait beside the script",
    (spec) => (waiting(spec)["restartPolicy"] = "Always"),
    /init container wait-for-isolation, unchanged/,
  ],
  [
    "another Python for the wait",
    (spec) => {
      const [mount] = waiting(spec)["volumeMounts"] as readonly Part[];
      waiting(spec)["volumeMounts"] = [{ ...mount, mountPath: "/usr/local/bin" }];
    },
    /init container wait-for-isolation, unchanged/,
  ],
  [
    "no end",
    (spec) => delete spec["activeDeadlineSeconds"],
    /activeDeadlineSeconds of at most 600/,
  ],
  ["a late end", (spec) => (spec["activeDeadlineSeconds"] = 601), /at most 600/],
  ["restarts", (spec) => (spec["restartPolicy"] = "Always"), /restartPolicy: Never/],
  [
    "a runner that no policy knows",
    (_spec, metadata) => (metadata["labels"] = {}),
    /label app: maps-runner/,
  ],
  [
    "a runner that passes for the backend",
    (_spec, metadata) => {
      const name = { "app.kubernetes.io/name": "maps-backend" };
      metadata["labels"] = { ...(metadata["labels"] as object), ...name };
    },
    /none of app\.kubernetes\.io/,
  ],
  [
    "a pod of another name",
    (_spec, metadata) => (metadata["name"] = "backend-2"),
    /runner-\* pods/,
  ],
];

/** A runner's pod with one change. */
function changed(pod: Json, change: Change): Json {
  const broken = structuredClone(pod);
  const [spec, metadata] = [broken["spec"], broken["metadata"]] as [Part, Part];
  const own = container(spec);
  change(spec, metadata);
  // A mount of a volume that is gone would be refused for another reason.
  if (JSON.stringify(spec["volumes"]) !== JSON.stringify(at(pod, "spec", "volumes"))) {
    delete own["volumeMounts"];
    delete waiting(spec)["volumeMounts"];
  }
  return broken;
}

/** What the deployed policy lets the backend of a namespace make and delete. */
export function guardSuite(jobs: MapsJobs, ns: string): void {
  describe("the guard on what the backend may make", () => {
    for (const [title, change, says] of refused) {
      it(`refuses ${title}`, async () => {
        await assert.rejects(jobs.backend.create(changed(jobs.pod("b1"), change)), says);
      });
    }

    it("refuses the deletion of what is no job's", async () => {
      const path = "jsonpath={.items[0].metadata.name}";
      const itself = await kubectl("get", "pods", "-n", ns, "-o", path);
      for (const each of [`pod/${itself}`, "configmap/maps-config"]) {
        await assert.rejects(
          jobs.backend.kubectl("delete", each),
          /job-code-\* ConfigMaps alone/,
          each,
        );
      }
      const own = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "other" }, data: {} };
      await assert.rejects(jobs.backend.create(own), /job-code-\* ConfigMaps alone/);
    });

    it("is about the backend alone", async () => {
      await kubectl("create", "configmap", "somebodys", "-n", ns);
      await kubectl("delete", "configmap", "somebodys", "-n", ns);
    });
  });
}
