import assert from "node:assert/strict";
import { at } from "../../../lib/objects";
import {
  aggregation,
  annotation,
  antiAffinity,
  backend,
  claimOf,
  controller,
  env,
  field,
  frontend,
  globalworker,
  ingress,
  initEnv,
  keycloak,
  localworker,
  onCluster,
  ports,
  probe,
  selector,
  sizeOf,
  timing,
  tolerated,
  volume,
} from "../../support/mipStack";
import { podOf, type Row, type SystemStack } from "../../support/systemStack";

const check = ["python", "-m", "exaflow.worker.healthcheck"];

/**
 * Facts of a managed cluster, by their lines in "Kubernetes Deployment" of mip-deployment:
 * https://github.com/Medical-Informatics-Platform/mip-deployment/blob/25c90eb9162b3c2baf934e655b6119b6076685f7/kubernetes/README.md
 * What that page leaves to the Helm charts of mip-deployment and Exaflow has the line of its component,
 * or "chart".
 */
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
  ["30", "startup probe", (s) => timing(probe(controller(s), "startup")), [undefined, 5, 300]],
  ["30", "liveness probe", (s) => timing(probe(controller(s), "liveness")), [undefined, 30, 300]],
  [
    "30",
    "no more than a port for readiness",
    (s) => at(probe(controller(s), "readiness"), "tcpSocket", "port"),
    "http",
  ],
  ["31", "workers at 5672", (s) => ports(localworker(s)), [5672]],
  ["31", "startup probe", (s) => timing(probe(localworker(s), "startup")), [undefined, 5, 10]],
  ["31", "liveness probe", (s) => timing(probe(localworker(s), "liveness")), [undefined, 30, 10]],
  ["31", "readiness probe", (s) => timing(probe(localworker(s), "readiness")), [undefined, 10, 10]],
  ["31", "probes' command", (s) => at(probe(localworker(s), "startup"), "exec", "command"), check],
  ["31", "Parallel", (s) => at(localworker(s), "spec", "podManagementPolicy"), "Parallel"],
  [
    "31",
    "one worker per node",
    (s) => at(podOf(localworker(s)), ...antiAffinity, 0, "topologyKey"),
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
  ["31", "no service links", (s) => at(podOf(localworker(s)), "enableServiceLinks"), false],
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

describe("MIP on a managed cluster", () => {
  let stack: SystemStack;
  before(async () => {
    stack = await onCluster({ exposure: ingress });
  });
  for (const [line, about, read, value] of managed) {
    it(`${line}: ${about}`, () => assert.deepEqual(read(stack), value));
  }
});
