import assert from "node:assert/strict";
import { NetworkPolicy, Worker } from "../../../components";
import type { KubeObject } from "../../../lib/objects";
import {
  assertParents,
  inContainer,
  inNamespace,
  inPod,
  objectsIn,
  pod,
  withoutDisk,
} from "../../support/components";
import { count, one, oneResource, read, type Recorded } from "../../support/deploy";
import { invariants } from "../../support/invariants";
import { adminPassword, backup, make, password } from "../../support/database";

const engines = {
  mysql: { port: 3306, image: "mysql:8.4.10", scheme: "mysql", dump: "x.sql.gz" },
  postgresql: {
    port: 5432,
    image: "postgres:17.7-bookworm",
    scheme: "postgresql",
    dump: "x.dump.gz",
  },
} as const;
const each = Object.keys(engines) as (keyof typeof engines)[];

/** The environment of a workload's container: values, or the Secret's keys in brackets. */
function envOf(manifest: Parameters<typeof inContainer>[0]): Record<string, string> {
  const list = inContainer(manifest, "env") as {
    name: string;
    value?: string;
    valueFrom?: unknown;
  }[];
  return Object.fromEntries(
    list.map(({ name, value, valueFrom }) => [
      name,
      value ?? `[${String(read(valueFrom, "secretKeyRef.key"))}]`,
    ]),
  );
}

const objectsOf = (found: readonly Recorded[]): KubeObject[] =>
  found.map(({ inputs }) => inputs as unknown as KubeObject);

describe("Database", () => {
  for (const engine of each) {
    const { port, image, scheme } = engines[engine];

    describe(engine, () => {
      it("has sensible defaults", async () => {
        const { resources: all, result } = await inNamespace(make({ engine }));
        const found = all.filter(({ parent }) => !parent.endsWith(":Namespace::lab"));
        const server = one(found, "StatefulSet", "database");
        assert.equal(inContainer(server, "image"), image);
        assert.equal(read(server.spec, "replicas"), 1);
        assert.equal(read(server.spec, "serviceName"), "database");
        assert.equal(inPod(server, "spec.securityContext.runAsUser"), 999);
        assert.equal(inPod(server, "spec.terminationGracePeriodSeconds"), 120);
        assert.equal(inContainer(server, "securityContext.readOnlyRootFilesystem"), true);
        assert.deepEqual(withoutDisk(inContainer(server, "resources")), {
          requests: { cpu: "250m", memory: "512Mi" },
          limits: { cpu: "1", memory: "1Gi" },
        });
        const claim = oneResource(found, "PersistentVolumeClaim", "database-data");
        assert.deepEqual(read(claim.inputs.spec, "accessModes"), ["ReadWriteOnce"]);
        assert.equal(claim.retainOnDelete, false);
        assert.equal(
          count(found, "CronJob") + count(found, "Job") + count(found, "NetworkPolicy"),
          0,
        );
        assert.equal(result.backupVolume, undefined);
        assert.equal(result.capacity.storage, 10 * 2 ** 30);
        assertParents(found, "Database");
      });

      it("keeps its data outside the images' own volumes", async () => {
        const server = one(await objectsIn(make({ engine })), "StatefulSet");
        const mounts = inContainer(server, "volumeMounts") as { name: string; mountPath: string }[];
        const data = mounts.find(({ name }) => name === "database-data");
        assert.equal(data?.mountPath, "/var/lib/database");
        assert.equal(envOf(server)["DATA_DIR"], "/var/lib/database/data");
        assert.match(
          JSON.stringify([inContainer(server, "args"), envOf(server)["PGDATA"]]),
          /\/var\/lib\/database\/data"/,
        );
      });

      it("has a Service with its name and a ClusterIP that selects its pod", async () => {
        const { resources: found, result } = await inNamespace(make({ engine }));
        const { spec } = one(found, "Service", "database");
        assert.equal(read(spec, "clusterIP"), undefined);
        assert.deepEqual(read(spec, "ports"), [{ name: engine, port, targetPort: engine }]);
        const server = one(found, "StatefulSet");
        const selector = read(server.spec, "selector.matchLabels");
        assert.notEqual(selector, undefined);
        assert.deepEqual(read(spec, "selector"), selector);
        assert.deepEqual(inContainer(server, "ports"), [{ name: engine, containerPort: port }]);
        assert.equal(result.port, port);
        assert.equal(result.host, "database");
      });

      it("has everything that a client needs in its Secret, with the password encoded in the URI", async () => {
        const uriSuffix = "?charset=utf8mb4";
        const found = await objectsIn(make({ engine, uriSuffix }));
        assert.deepEqual(one(found, "Secret", "database-auth").stringData, {
          password,
          "admin-password": adminPassword,
          host: "database",
          port: String(port),
          database: "lab_data",
          user: "lab",
          uri: `${scheme}://lab:canary%2Fpass%23word@database:${port}/lab_data${uriSuffix}`,
        });
        const other = await objectsIn(make({ engine, uriScheme: `${engine}+driver` }));
        const uri = one(other, "Secret").stringData?.["uri"] ?? "";
        assert.ok(uri.startsWith(`${engine}+driver://lab:`) && uri.endsWith("/lab_data"), uri);
      });

      it("has startup, readiness and liveness probes over TCP", async () => {
        const server = one(await objectsIn(make({ engine })), "StatefulSet");
        for (const kind of ["startupProbe", "readinessProbe", "livenessProbe"]) {
          const command = inContainer(server, `${kind}.exec.command`) as string[];
          assert.match(command.join(" "), /--host=127\.0\.0\.1/);
        }
        const half = 30 * 60;
        const seconds = inContainer(server, "startupProbe.periodSeconds") as number;
        assert.equal(seconds * Number(inContainer(server, "startupProbe.failureThreshold")), half);
      });

      it("dumps on a schedule if backup is set", async () => {
        const { resources: found, result } = await inNamespace(make({ engine, backup }));
        const dumps = one(found, "CronJob", "database-backup");
        assert.equal(read(dumps.spec, "schedule"), "0 2 * * *");
        assert.equal(read(dumps.spec, "suspend"), false);
        assert.equal(read(dumps.spec, "concurrencyPolicy"), "Forbid");
        assert.equal(inContainer(dumps, "image"), image);
        assert.deepEqual(inContainer(dumps, "command"), ["sh", "/opt/stackberth/backup.sh"]);
        assert.equal(inPod(dumps, "spec.securityContext.runAsUser"), 999);
        assert.deepEqual(envOf(dumps), {
          ADMIN_PASSWORD: "[admin-password]",
          BACKUP_DIR: "/backup",
          DATABASE_HOST: "database",
          DATABASE_NAME: "lab_data",
          DATABASE_PORT: String(port),
          DUMP_SUFFIX: { mysql: "sql.gz", postgresql: "dump.gz" }[engine],
          RETENTION_DAYS: "30",
        });
        const { data = {} } = one(found, "ConfigMap", "database-backup-scripts");
        const scripts = ["backup.sh", "common.sh", "engine.sh", "restore.sh"];
        assert.deepEqual(Object.keys(data).sort(), scripts);
        const claim = oneResource(found, "PersistentVolumeClaim", "database-backups");
        assert.equal(read(claim.inputs.spec, "resources.requests.storage"), "50Gi");
        assert.equal(result.backupVolume?.volumeName, "database-backups");
        assert.equal(result.capacity.storage, 60 * 2 ** 30);
        assert.equal(count(found, "Job"), 0);
      });

      it("restores by a Job with a unique name, and allows both pods to reach the server", async () => {
        const restoreFrom = engines[engine].dump;
        const found = await objectsIn(make({ engine, backup, restoreFrom }));
        const job = one(found, "Job");
        assert.match(job.metadata.name, /^database-restore-[0-9a-f]{8}$/);
        assert.deepEqual(inContainer(job, "command"), ["sh", "/opt/stackberth/restore.sh"]);
        assert.equal(envOf(job)["RESTORE_FROM"], restoreFrom);
        assert.equal(envOf(job)["RESTORE_REQUEST"], "");
        assert.equal(envOf(job)["DATABASE_USER"], "lab");
        assert.equal(inPod(job, "spec.restartPolicy"), "Never");
        const again = await objectsIn(
          make({ engine, backup, restoreFrom, restoreRequest: "2027-01-01" }),
        );
        assert.notEqual(one(again, "Job").metadata.name, job.metadata.name);
        const server = read(one(found, "StatefulSet").spec, "selector.matchLabels");
        const ingress = one(found, "NetworkPolicy", "database-backup");
        assert.deepEqual(read(ingress.spec, "podSelector.matchLabels"), server);
        assert.deepEqual(read(ingress.spec, "ingress.0.ports"), [{ port, protocol: "TCP" }]);
        assert.deepEqual(
          (read(ingress.spec, "ingress.0.from") as unknown[]).map((it) =>
            read(it, "podSelector.matchLabels"),
          ),
          [
            read(one(found, "CronJob").spec, "jobTemplate.metadata.labels"),
            {
              "app.kubernetes.io/name": "database-restore",
              "app.kubernetes.io/instance": "sys",
            },
          ],
        );
        for (const name of ["database-backup", "database-restore"]) {
          const egress = one(found, "NetworkPolicy", `database-backup-from-${name}`);
          assert.deepEqual(read(egress.spec, "egress.0.to.0.podSelector.matchLabels"), server);
        }
      });

      it("meets every invariant of a stack, and shows its passwords only in the Secret", async () => {
        const { resources: found } = await inNamespace((namespace) => {
          const database = make({
            engine,
            backup,
            restoreFrom: engines[engine].dump,
          })(namespace);
          const env = { URI: database.secrets.ref("uri") };
          const probe = { exec: { command: ["true"] } };
          const client = new Worker("client", { namespace, ...pod, env, livenessProbe: probe });
          const ports = [database.port];
          const to = database.peer;
          new NetworkPolicy("clients", { namespace, from: [client.peer], to, ports });
        });
        const objects = objectsOf(found);
        const canaries = ["canary"];
        for (const [name, invariant] of Object.entries(invariants)) {
          const broken = invariant(objects, { stack: "test", protectData: false, canaries });
          assert.deepEqual(broken, [], name);
        }
        const secret = objects.filter((it) => JSON.stringify(it).includes("canary"));
        assert.deepEqual(
          secret.map(({ kind }) => kind),
          ["Secret"],
        );
      });
    });
  }
});
