import assert from "node:assert/strict";
import { annotation, at, type KubeObject, listAt } from "../../../lib/objects";
import { withoutDisk } from "../../support/components";
import { runbookOf } from "../../support/runbook";
import { canary } from "../../support/stacks";
import {
  containerOf,
  type SystemStack,
  systemStack,
  variableOf,
  volumeAt,
} from "../../support/systemStack";

const dump = "openml-20261101T020000Z.sql.gz";
const image = "registry.example.org/openml-flask:v1.0.0";
const stackOf = (database: object = {}, more: Record<string, string> = {}, settings = {}) =>
  systemStack(
    "openml",
    "dev",
    { image, database: { type: "managed", restoreFrom: dump, ...database }, ...settings },
    more,
  );
const backend = (s: SystemStack): KubeObject => s.find("Deployment", "openml-backend");
const server = (s: SystemStack): KubeObject => s.find("StatefulSet", "openml-database");
const place = (s: SystemStack, object: KubeObject): number => s.objects.indexOf(object);

describe("OpenML with a managed database", () => {
  it("runs MySQL on a volume and gives the backend an address with a generated password", async () => {
    const stack = await stackOf();
    assert.match(String(at(containerOf(server(stack)), "image")), /^mysql:8\.4\./);
    const claim = stack.find("PersistentVolumeClaim", "openml-database-data");
    assert.equal(at(claim, "spec", "resources", "requests", "storage"), "10Gi");
    assert.deepEqual(variableOf(backend(stack), "DATABASE_URI"), {
      secretKeyRef: { name: "openml-database-auth", key: "uri" },
    });
    const { stringData } = stack.find("Secret", "openml-database-auth");
    assert.equal(
      at(stringData, "uri"),
      `mysql+pymysql://openml:${canary("openmlDatabasePassword")}@openml-database:3306/openml?charset=utf8mb4`,
    );
    assert.equal(at(stringData, "admin-password"), canary("openmlDatabaseAdminPassword"));
    const own = stack.find("Secret", "openml-backend-secrets")["stringData"] as object;
    assert.deepEqual(Object.keys(own).sort(), ["APP_SECRET_KEY", "JWT_SECRET_KEY"]);
    assert.equal(volumeAt(backend(stack), "/app/data"), undefined);
  });

  it("lets only the backend and the dumps connect, and before the backend starts", async () => {
    const stack = await stackOf({}, {}, { frontend: { image } });
    const policies = stack.objects.filter(
      ({ kind, spec }) =>
        kind === "NetworkPolicy" &&
        at(spec, "podSelector", "matchLabels", "app.kubernetes.io/name") === "openml-database" &&
        listAt(spec, "ingress").length > 0,
    );
    const from = policies.flatMap(({ spec }) =>
      listAt(spec, "ingress").flatMap((rule) =>
        listAt(rule, "from").map((each) =>
          at(each, "podSelector", "matchLabels", "app.kubernetes.io/name"),
        ),
      ),
    );
    assert.deepEqual([...new Set(from)].sort(), [
      "openml-backend",
      "openml-database-backup",
      "openml-database-restore",
      "openml-frontend",
    ]);
    for (const { spec } of policies) {
      assert.deepEqual(at(spec, "ingress", 0, "ports"), [{ port: 3306, protocol: "TCP" }]);
    }
    for (const needed of [server(stack), ...policies.slice(0, 1)]) {
      assert.ok(place(stack, needed) < place(stack, backend(stack)), needed.kind);
    }
  });

  it("is dumped every night, and restored before the backend starts", async () => {
    const stack = await stackOf({ restoreFrom: "openml-20260101T020000Z.sql.gz" });
    const dumps = stack.find("CronJob", "openml-database-backup");
    assert.equal(at(dumps, "spec", "schedule"), "0 2 * * *");
    const restore = stack.objects.find(
      ({ kind, metadata }) => kind === "Job" && metadata.name.startsWith("openml-database-restore"),
    );
    assert.ok(restore);
    assert.equal(variableOf(restore, "RESTORE_FROM"), "openml-20260101T020000Z.sql.gz");
    assert.ok(place(stack, server(stack)) < place(stack, restore));
    assert.ok(place(stack, restore) < place(stack, backend(stack)));
    const other = await stackOf({ backup: { suspend: true, schedule: "30 3 * * *" } });
    const { spec } = other.find("CronJob", "openml-database-backup");
    assert.deepEqual([at(spec, "suspend"), at(spec, "schedule")], [true, "30 3 * * *"]);
  });

  it("has the image, size, names and resources of its settings", async () => {
    const resources = {
      requests: { cpu: "1", memory: "2Gi" },
      limits: { cpu: "2", memory: "4Gi" },
    };
    const stack = await stackOf(
      { image: "mysql:8.4.11", size: "50Gi", name: "om", user: "om_user", resources },
      {},
      { secretNames: { databaseServer: "mine" } },
    );
    assert.equal(at(containerOf(server(stack)), "image"), "mysql:8.4.11");
    assert.deepEqual(withoutDisk(at(containerOf(server(stack)), "resources")), resources);
    const { stringData } = stack.find("Secret", "mine");
    assert.match(String(at(stringData, "uri")), /^mysql\+pymysql:\/\/om_user:.*\/om\?/);
  });

  it("may serve several backends; a changed password restarts it and them", async () => {
    const several = { backend: { replicas: 3 } };
    const before = await stackOf({}, {}, several);
    assert.equal(at(backend(before), "spec", "replicas"), 3);
    const password = { "stackberth:openmlDatabasePassword": "another" };
    const after = await stackOf({}, password, several);
    for (const rolled of [backend, server]) {
      const pod = (s: SystemStack): unknown => at(rolled(s), "spec", "template", "metadata");
      assert.notDeepEqual(pod(before), pod(after));
    }
  });

  it("has its address composed in the cluster if a store holds the password", async () => {
    const store = { "stackberth:secretStore": JSON.stringify({ name: "vault" }) };
    const stack = await stackOf({}, { "stackberth:secretsMode": "external", ...store });
    const secret = stack.find("ExternalSecret", "openml-database-auth");
    assert.match(
      String(at(secret, "spec", "target", "template", "data", "uri")),
      /^mysql\+pymysql:\/\/openml:\{\{ \.openmlDatabasePassword \| urlquery .*\}\}@openml-database:3306\/openml/,
    );
    assert.equal(annotation(secret, "pulumi.com/waitFor"), "condition=Ready");
    assert.ok(!JSON.stringify(stack.objects).includes("canary"));
  });

  it("has its backup in the runbook", () => {
    const runbook = runbookOf("openml", {
      image,
      database: { type: "managed", restoreFrom: dump },
    });
    assert.match(
      runbook["back up the database now"] ?? "",
      /create job openml-database-backup-.* --from cronjob\/openml-database-backup$/,
    );
    assert.match(runbook["logs of the database"] ?? "", /statefulset\/openml-database/);
  });
});
