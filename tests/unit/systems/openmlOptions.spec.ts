import assert from "node:assert/strict";
import { usualDns } from "../../../lib/dns";
import { at, listAt } from "../../../lib/objects";
import { withoutDisk } from "../../support/components";
import {
  annotated,
  backend,
  claimed,
  config,
  frontend,
  good,
  inConfig,
  probe,
  scalers,
  service,
  sized,
  times,
  variable,
  withSettings,
} from "../../support/openmlStack";
import { parse } from "../../support/stackConfig";
import { canary } from "../../support/stacks";
import { containerOf, podOf, variableOf, volumeAt } from "../../support/systemStack";

describe("OpenML", () => {
  it("mounts the volume at the folder of SQLite's file", async () => {
    const stack = await withSettings({ database: { type: "sqlite", path: "/srv/db/o.db" } });
    const uri = variableOf(backend(stack), "DATABASE_URI");
    assert.equal(uri, "sqlite:////srv/db/o.db");
    assert.deepEqual(volumeAt(backend(stack), "/srv/db"), claimed);
    const claim = stack.find("PersistentVolumeClaim", "openml-data");
    assert.deepEqual(at(claim, "spec", "accessModes"), ["ReadWriteOnce"]);
  });

  it("keeps the address of an external database in its Secret only", async () => {
    const stack = await withSettings({ database: { type: "external" } });
    const shown = stack.objects.filter((it) =>
      JSON.stringify(it).includes(canary("openmlDatabaseUri")),
    );
    assert.deepEqual(
      shown.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
      ["Secret openml-backend-secrets"],
    );
  });

  const forms: readonly (readonly [string, boolean])[] = [
    ["mysql+pymysql://user:password@mysql-host:3306/openml?charset=utf8mb4", true],
    ["mysql+pymysql://user:pass@mysql-host/openml", true],
    ["mysql+pymysql://u:p@mysql-host/openml?ssl_ca=/etc/ssl/ca.pem&charset=utf8mb4", true],
    ["mysql+pymysql://u:p@mysql-host/openml?ssl_ca=%2Fetc%2Fssl%2Fca.pem", true],
    ["mysql+pymysql://u:p@mysql-host/openml?ssl_ca=%zz", false],
    ["mysql+pymysql://u:p%40ss@10.0.0.1:3306/openml", true],
    ["mariadb+pymysql://u:p@[fd00::1]:3306/openml", true],
    // The image has no other driver than PyMySQL.
    ["mysql://user:canary@mysql-host/openml", false],
    ["mysql+mysqldb://user:canary@mysql-host/openml", false],
    ["mysql+pymysql://user:p@ss@mysql-host/openml", false],
    ["mysql+pymysql://user:pa/ss@mysql-host/openml", false],
    ["mysql+pymysql://user@mysql-host/openml", false],
    ["mysql+pymysql://user:canary@mysql-host", false],
    ["mysql+pymysql://user:canary@/openml", false],
    ["postgresql://user:canary@host/openml", false],
    ["sqlite:////app/data/canary.db", false],
    ["mysql+pymysql://user:canary@host/openml ", false],
    ["user:canary@host/openml", false],
  ];
  for (const [uri, isRight] of forms) {
    it(`${isRight ? "accepts" : "refuses"} the address ${uri}`, () => {
      const openml = { ...good, database: { type: "external" } };
      const { problems } = parse({ systems: ["openml"], openml, openmlDatabaseUri: uri });
      assert.deepEqual(
        problems.map(({ key }) => key),
        isRight ? [] : ["stackberth:openmlDatabaseUri"],
      );
      for (const { text } of problems) {
        assert.match(
          text,
          /is not of the form mysql\+pymysql:\/\/user:password@mysql-host:3306\/openml/,
        );
        assert.match(text, /npm run secrets -- --stack dev --set openmlDatabaseUri$/);
        assert.ok(!text.includes("canary") && !text.includes(uri.slice(-12)));
      }
    });
  }

  it("gives the front end the address of the backend's Service", async () => {
    const stack = await withSettings({ frontend });
    const front = stack.find("Deployment", "openml-frontend");
    const { metadata } = service(stack);
    const port = at(service(stack), "spec", "ports", 0, "port") as number;
    assert.equal(variableOf(front, "FLASK_BACKEND_URL"), `http://${metadata.name}:${port}`);
    assert.equal(at(containerOf(front), "ports", 0, "containerPort"), 3050);
    assert.equal(at(podOf(front), "securityContext", "runAsUser"), 1001);
    assert.deepEqual(withoutDisk(at(containerOf(front), "resources")), {
      requests: sized("500m", "1Gi"),
      limits: sized("2", "4Gi"),
    });
    const sent = stack.find("NetworkPolicy", "frontend-to-backend-from-openml-frontend");
    // Policies are about pods, whose port is not the Service's.
    assert.deepEqual(at(sent, "spec", "egress", 0, "ports"), [{ port: 5000, protocol: "TCP" }]);
    assert.equal((at(stack.outputs, "urls", "openml") as string[]).length, 2);
  });

  it("has neither a front end nor its secrets by default", async () => {
    const stack = await withSettings({});
    assert.ok(!JSON.stringify(stack.objects).includes("frontend"));
  });

  it("probes by TCP if the image has no health endpoint", async () => {
    const stack = await withSettings({ mode: "production", backend: { probe: { type: "tcp" } } });
    const { httpGet: _none, ...expected } = times(60, 10, 5, 3);
    assert.deepEqual(probe("liveness")(stack), { ...expected, tcpSocket: { port: "http" } });
    assert.deepEqual(at(probe("readiness")(stack), "tcpSocket"), { port: "http" });
    const unchecked = { probe: { type: "tcp" }, checkApi: false };
    const other = await withSettings({ mode: "production", backend: unchecked });
    assert.deepEqual(at(probe("startup")(other), "tcpSocket"), { port: "http" });
  });

  it("has a ServiceMonitor if the settings ask for one", async () => {
    const metrics = { type: "serviceMonitor", labels: { release: "prometheus" } };
    const stack = await withSettings({ backend: { metrics } });
    const monitor = stack.find("ServiceMonitor", "openml-backend");
    assert.equal(monitor.metadata.labels?.["release"], "prometheus");
    const labels = service(stack).metadata.labels ?? {};
    const wanted = at(monitor, "spec", "selector", "matchLabels") as Record<string, string>;
    assert.ok(Object.keys(wanted).length > 0);
    for (const [key, value] of Object.entries(wanted)) assert.equal(labels[key], value);
    assert.equal(at(monitor, "spec", "endpoints", 0, "port"), "http");
    assert.equal(at(service(stack), "spec", "ports", 0, "name"), "http");
    assert.equal(annotated("prometheus.io/scrape")(stack), undefined);
  });

  it("lets a stack's variables override those of the mode", async () => {
    const stack = await withSettings({ config: { WEB_CONCURRENCY: "8" } });
    assert.deepEqual(variable("WEB_CONCURRENCY")(stack), config("WEB_CONCURRENCY"));
    assert.equal(inConfig("WEB_CONCURRENCY")(stack), "8");
  });

  it("lets a stack's scaling behavior override the system's", async () => {
    const rules = { policies: [{ type: "Pods", value: 1, periodSeconds: 60 }] };
    const behavior = { scaleDown: rules };
    const autoscaling = { minReplicas: 2, maxReplicas: 4, behavior };
    const stack = await withSettings({ database: { type: "external" }, backend: { autoscaling } });
    assert.deepEqual(at(scalers(stack)[0], "spec", "behavior"), behavior);
  });

  for (const mode of ["config", "existing"]) {
    it(`names its Secrets by secretNames, with secretsMode ${mode}`, async () => {
      const settings = { secretNames: { backend: "mine", frontend: "my-front" }, frontend };
      const stack = await withSettings(settings, { "stackberth:secretsMode": mode });
      const found = stack.objects.filter(({ kind }) => kind === "Secret");
      const names = found.map(({ metadata }) => metadata.name).sort();
      assert.deepEqual(names, mode === "config" ? ["mine", "my-front"] : []);
      assert.equal(at(variable("APP_SECRET_KEY")(stack), "secretKeyRef", "name"), "mine");
    });
  }

  it("lets its pods reach the addresses of egress and no others", async () => {
    const stack = await withSettings({ egress: ["203.0.113.0/24"], frontend });
    const out = stack.objects
      .filter(({ kind }) => kind === "NetworkPolicy")
      .flatMap((it) => listAt(it, "spec", "egress"))
      .flatMap((it) => listAt(it, "to"))
      .flatMap((it) => at(it, "ipBlock", "cidr") ?? []);
    assert.deepEqual(out, ["203.0.113.0/24", "203.0.113.0/24", ...usualDns.addresses]);
  });
});
