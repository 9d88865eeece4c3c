import assert from "node:assert/strict";
import { at, listAt, textAt } from "../../../lib/objects";
import { parseQuantity } from "../../../lib/quantity";
import {
  claimOf,
  container,
  controller,
  deployment,
  env,
  folder,
  localworker,
  nodePort,
  onHost,
  onMachines,
  player,
  ports,
  secure,
  selector,
} from "../../support/mipStack";
import { podOf, type Row, type SystemStack } from "../../support/systemStack";

/** What the pods at a place ask for together: the sum of a field over their containers. */
function load(s: SystemStack, place: string, path: readonly string[]): number {
  return s.objects
    .filter((object) => at(selector(object), place) === "true" && object.kind !== "Job")
    .map((object) => {
      const containers = listAt(podOf(object), "containers");
      const one = containers.map((each) => parseQuantity(textAt(each, "resources", ...path)));
      return one.reduce((sum, each) => sum + each, 0);
    })
    .reduce((sum, each) => sum + each, 0);
}

/** The volumes on a host's disk, in bytes. */
function disk(s: SystemStack, host: string): number {
  return s.objects
    .filter(({ kind }) => kind === "PersistentVolume")
    .filter((each) => JSON.stringify(each["spec"]).includes(`"${host}"`))
    .reduce((sum, each) => sum + parseQuantity(textAt(each, "spec", "capacity", "storage")), 0);
}

const within = (read: (s: SystemStack) => number, most: number) => (s: SystemStack) => {
  const value = read(s);
  return value > 0 && value <= most;
};

const policyPath = ["spec", "persistentVolumeReclaimPolicy"];
const portalFolder = "/opt/mip-deployment/.stored_data";

/**
 * Facts of an unmanaged cluster, by their lines in "Kubernetes Deployment" of mip-deployment:
 * https://github.com/Medical-Informatics-Platform/mip-deployment/blob/25c90eb9162b3c2baf934e655b6119b6076685f7/kubernetes/README.md
 * What that page leaves to the Helm charts of mip-deployment and Exaflow has the line of its component,
 * or "chart".
 */
const unmanaged: readonly Row[] = [
  [
    "9",
    "no Ingress with managed_cluster: false",
    (s) => s.objects.some((o) => o.kind === "Ingress"),
    false,
  ],
  ["14", "master: 60 GB", within((s) => disk(s, "vm-0"), 60e9), true],
  ["15", "master: 16 GB", within((s) => load(s, "master", ["limits", "memory"]), 16e9), true],
  ["16", "master: 4 cores", within((s) => load(s, "master", ["requests", "cpu"]), 4), true],
  ["19", "worker: 40 GB", within((s) => disk(s, "vm-1"), 40e9), true],
  [
    "20",
    "worker: 8 GB, with a player on it",
    within(
      (s) =>
        load(s, "worker", ["limits", "memory"]) + load(s, "smpc_player", ["limits", "memory"]) / 3,
      8e9,
    ),
    true,
  ],
  [
    "21",
    "worker: 2 cores, with a player on it",
    within(
      (s) =>
        load(s, "worker", ["requests", "cpu"]) + load(s, "smpc_player", ["requests", "cpu"]) / 3,
      2,
    ),
    true,
  ],
  ["49", "/data/<FEDERATION>", (s) => folder(s, "csvs-exaflow-localworker-0"), "/data/demo"],
  ["51", "on each worker", (s) => at(onHost(s, "csvs-exaflow-localworker-2"), "values"), ["vm-3"]],
  ["90", "localnodes", (s) => at(localworker(s), "spec", "replicas"), 3],
  [
    "91",
    "credentials_location",
    (s) => folder(s, "credentials-exaflow-localworker-0"),
    "/opt/exaflow/credentials",
  ],
  [
    "92",
    "db.storage_location",
    (s) => folder(s, "db-exaflow-localworker-0"),
    "/opt/exaflow/.stored_data/db",
  ],
  ["93", "db.csvs_location", (s) => folder(s, "csvs-exaflow-localworker-1"), "/data/demo"],
  [
    "94",
    "controller.cleanup_file_folder",
    (s) => folder(s, "exaflow-cleanup"),
    "/opt/exaflow/.stored_data/cleanup",
  ],
  ["95", "smpc.enabled", (s) => env(controller(s), "SMPC_ENABLED"), "true"],
  ["100", "master=true", (s) => selector(controller(s)), { master: "true" }],
  ["104", "worker=true", (s) => selector(localworker(s)), { worker: "true" }],
  ["107", "smpc_player=true", (s) => selector(player(0)(s)), { smpc_player: "true" }],
  ["33", "smpc-db, mongo", (s) => ports(deployment("exaflow-smpc-db")(s)), [27017]],
  ["34", "smpc-queue, redis", (s) => ports(deployment("exaflow-smpc-queue")(s)), [6379]],
  ["35", "smpc-coordinator", (s) => ports(deployment("exaflow-smpc-coordinator")(s)), [12314]],
  [
    "36",
    "smpc_player, three",
    (s) => [0, 1, 2].map((n) => ports(player(n)(s))[0]),
    [6000, 6001, 6002],
  ],
  ["37", "smpc-client", (s) => at(container(localworker(s), 1), "name"), "smpc-client"],
  ["chart", "front end at 30080", (s) => nodePort(s, "frontend"), 30080],
  ["chart", "front end with TLS at 30443", (s) => nodePort(s, "frontend", 1), 30443],
  ["chart", "controller at 30000", (s) => nodePort(s, "exaflow-controller"), 30000],
  [
    "chart",
    "volumes: reclaim policy Retain",
    (s) => at(s.find("PersistentVolume", "mip-demo-portal-db-data"), ...policyPath),
    "Retain",
  ],
  [
    "chart",
    "class k8s-local-storage",
    (s) => at(claimOf("portal-db-data")(s), "spec", "storageClassName"),
    "k8s-local-storage",
  ],
  [
    "chart",
    "portal's volumes on the master",
    (s) => at(onHost(s, "portal-db-data"), "values"),
    ["vm-0"],
  ],
  [
    "chart",
    "portal's database",
    (s) => folder(s, "portal-db-data"),
    `${portalFolder}/portalbackenddb`,
  ],
  ["chart", "portal's files", (s) => folder(s, "portalbackend-data"), "/opt/mip-deployment/config"],
  ["chart", "portal's logs", (s) => folder(s, "portalbackend-logs"), "/opt/mip-deployment/logs"],
];

describe("MIP on an unmanaged cluster", () => {
  let stack: SystemStack;
  before(async () => {
    stack = await onMachines(secure);
  });
  for (const [line, about, read, value] of unmanaged) {
    it(`${line}: ${about}`, () => assert.deepEqual(read(stack), value));
  }
});
