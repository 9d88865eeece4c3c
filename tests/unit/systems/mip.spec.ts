import assert from "node:assert/strict";
import { at, listAt, textAt } from "../../../lib/objects";
import { parseQuantity } from "../../../lib/quantity";
import {
  aggregation,
  annotation,
  antiAffinity,
  backend,
  claimOf,
  container,
  controller,
  deployment,
  env,
  field,
  folder,
  frontend,
  globalworker,
  ingress,
  initEnv,
  keycloak,
  localworker,
  nodePort,
  onCluster,
  onHost,
  onMachines,
  player,
  pod,
  ports,
  probe,
  type Row,
  secure,
  selector,
  sizeOf,
  type Stack,
  timing,
  tolerated,
  volume,
} from "../../support/mipStack";

const check = ["python", "-m", "exaflow.worker.healthcheck"];

/** What the pods at a place ask for together: the sum of a field over their containers. */
function load(s: Stack, place: string, path: readonly string[]): number {
  return s.objects
    .filter((object) => at(selector(object), place) === "true" && object.kind !== "Job")
    .map((object) => {
      const containers = listAt(pod(object), "containers");
      const one = containers.map((each) => parseQuantity(textAt(each, "resources", ...path)));
      return one.reduce((sum, each) => sum + each, 0);
    })
    .reduce((sum, each) => sum + each, 0);
}

/** The volumes on a host's disk, in bytes. */
function disk(s: Stack, host: string): number {
  return s.objects
    .filter(({ kind }) => kind === "PersistentVolume")
    .filter((each) => JSON.stringify(each["spec"]).includes(`"${host}"`))
    .reduce((sum, each) => sum + parseQuantity(textAt(each, "spec", "capacity", "storage")), 0);
}

const within = (read: (s: Stack) => number, most: number) => (s: Stack) => {
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
/** Facts of a managed cluster, from the same sources. */
const managed: readonly Row[] = [
  [
    "9",
    "no PersistentVolume with managed_cluster: true",
    (s) => s.objects.some((o) => o.kind === "PersistentVolume"),
    false,
  ],
  ["7", "no nodeSelector", (s) => s.objects.some((o) => selector(o) !== undefined), false],
  ["30", "controller at 5000", (s) => ports(controller(s)), [5000]],
  [
    "30",
    "startup probe's path",
    (s) => at(probe(controller(s), "startup"), "httpGet", "path"),
    "/healthcheck",
  ],
  ["30", "startup probe", (s) => timing(probe(controller(s), "startup")), [60, 30, 300]],
  ["30", "liveness probe", (s) => timing(probe(controller(s), "liveness")), [undefined, 30, 300]],
  [
    "30",
    "no more than a port for readiness",
    (s) => at(probe(controller(s), "readiness"), "tcpSocket", "port"),
    "http",
  ],
  ["31", "workers at 5672", (s) => ports(localworker(s)), [5672]],
  ["31", "startup probe", (s) => timing(probe(localworker(s), "startup")), [30, 30, 10]],
  ["31", "liveness probe", (s) => timing(probe(localworker(s), "liveness")), [undefined, 30, 10]],
  ["31", "readiness probe", (s) => timing(probe(localworker(s), "readiness")), [undefined, 10, 10]],
  ["31", "probes' command", (s) => at(probe(localworker(s), "startup"), "exec", "command"), check],
  ["31", "Parallel", (s) => at(localworker(s), "spec", "podManagementPolicy"), "Parallel"],
  [
    "31",
    "one worker per node",
    (s) => at(pod(localworker(s)), ...antiAffinity, 0, "topologyKey"),
    "kubernetes.io/hostname",
  ],
  [
    "31",
    "headless Service",
    (s) => at(s.find("Service", "exaflow-workers"), "spec", "clusterIP"),
    "None",
  ],
  [
    "31",
    "workers by the name of their Service",
    (s) => env(controller(s), "LOCALWORKERS_DNS"),
    "exaflow-workers",
  ],
  [
    "31",
    "controller by the name of its Service",
    (s) => env(localworker(s), "CONTROLLER_IP"),
    "exaflow-controller",
  ],
  ["31", "controller's port", (s) => env(localworker(s), "CONTROLLER_PORT"), "5000"],
  ["31", "no service links", (s) => at(pod(localworker(s)), "enableServiceLinks"), false],
  [
    "31",
    "identifier is the name of its node",
    (s) => env(localworker(s), "WORKER_IDENTIFIER"),
    field("spec.nodeName"),
  ],
  ["31", "CSVs", (s) => env(localworker(s), "DATA_PATH"), "/opt/csvs"],
  ["31", "CSVs 4Gi", sizeOf("csvs-exaflow-localworker-0"), "4Gi"],
  [
    "31",
    "CSVs ReadWriteMany",
    (s) => at(claimOf("csvs-exaflow-localworker-0")(s), "spec", "accessModes"),
    ["ReadWriteMany"],
  ],
  [
    "31",
    "database in a scratch volume",
    (s) => at(volume(localworker(s), "db"), "emptyDir", "sizeLimit"),
    "4Gi",
  ],
  ["31", "one global worker", (s) => at(globalworker(s), "spec", "replicas"), 1],
  ["31", "aggregation server at 50051", (s) => ports(aggregation(s)), [50051]],
  ["31", "gRPC probe", (s) => at(probe(aggregation(s), "readiness"), "grpc", "port"), 50051],
  ["31", "liveness probe", (s) => timing(probe(aggregation(s), "liveness")), [10, 30, 5]],
  ["31", "readiness probe", (s) => timing(probe(aggregation(s), "readiness")), [undefined, 15, 5]],
  ["31", "3 workers x 32 experiments", (s) => env(aggregation(s), "MAX_GRPC_CONNECTIONS"), "96"],
  ["31", "flower at 8080", (s) => env(controller(s), "FLOWER_SERVER_PORT"), "8080"],
  ["31", "flower's 30 s", (s) => env(controller(s), "FLOWER_EXECUTION_TIMEOUT"), "30"],
  ["40", "front end at 80", (s) => ports(frontend(s)), [80]],
  ["41", "backend at 8080 and 8089", (s) => ports(backend(s)), [8080, 8089]],
  ["41", "EXAFLOW_URL", (s) => env(backend(s), "EXAFLOW_URL"), "http://exaflow-controller:5000"],
  ["41", "ALGORITHM_UPDATE_INTERVAL", (s) => env(backend(s), "ALGORITHM_UPDATE_INTERVAL"), "60"],
  [
    "41",
    "volumes",
    (s) => [sizeOf("portalbackend-data")(s), sizeOf("portalbackend-logs")(s)],
    ["100Mi", "1Gi"],
  ],
  [
    "42",
    "bootstrap script in a ConfigMap",
    (s) => Object.keys(at(s.find("ConfigMap", "portal-db-init"), "data") as object),
    ["portalbackend-db-init.sh"],
  ],
  ["42", "least privilege", (s) => initEnv(s, "PORTAL_DB_SUPERUSER"), "false"],
  ["42", "database portal", (s) => initEnv(s, "PORTAL_DB_NAME"), "portal"],
  ["43", "database at 5432", (s) => ports(s.find("StatefulSet", "portal-db")), [5432]],
  ["43", "database 1Gi", sizeOf("portal-db-data"), "1Gi"],
  [
    "44",
    "Keycloak's address",
    (s) => env(backend(s), "KEYCLOAK_AUTH_URL"),
    "https://iam.ebrains.eu/auth/",
  ],
  ["44", "realm MIP", (s) => env(backend(s), "KEYCLOAK_REALM"), "MIP"],
  ["44", "client id", (s) => env(backend(s), "KEYCLOAK_CLIENT_ID"), keycloak("client-id")],
  [
    "44",
    "client secret",
    (s) => env(backend(s), "KEYCLOAK_CLIENT_SECRET"),
    keycloak("client-secret"),
  ],
  [
    "chart",
    "ClusterIP",
    (s) => at(s.find("Service", "exaflow-controller"), "spec", "type"),
    "ClusterIP",
  ],
  [
    "chart",
    "class nginx-public",
    (s) => at(s.find("Ingress", "frontend"), "spec", "ingressClassName"),
    "nginx-public",
  ],
  [
    "chart",
    "ClusterIssuer",
    (s) => annotation(s, "cert-manager.io/cluster-issuer"),
    "letsencrypt-public",
  ],
  [
    "chart",
    "mip-frontend-tls",
    (s) => at(s.find("Ingress", "frontend"), "spec", "tls", 0, "secretName"),
    "mip-frontend-tls",
  ],
  [
    "chart",
    "/ leads to /home",
    (s) => annotation(s, "nginx.ingress.kubernetes.io/app-root"),
    "/home",
  ],
  [
    "chart",
    "no rewrite-target",
    (s) => annotation(s, "nginx.ingress.kubernetes.io/rewrite-target"),
    undefined,
  ],
  ["179", "pods leave a lost node within 10 s", (s) => tolerated(localworker(s)), [10, 10]],
];
describe("MIP on an unmanaged cluster", () => {
  let stack: Stack;
  before(async () => {
    stack = await onMachines(secure);
  });
  for (const [line, about, read, value] of unmanaged) {
    it(`${line}: ${about}`, () => assert.deepEqual(read(stack), value));
  }
});

describe("MIP on a managed cluster", () => {
  let stack: Stack;
  before(async () => {
    stack = await onCluster({ exposure: ingress });
  });
  for (const [line, about, read, value] of managed) {
    it(`${line}: ${about}`, () => assert.deepEqual(read(stack), value));
  }
});
