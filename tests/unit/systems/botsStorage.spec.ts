import assert from "node:assert/strict";
import { init, queue, web } from "../../support/botsStack";
import { anywhere } from "../../../lib/cidr";
import { at, listAt } from "../../../lib/objects";
import {
  containerOf,
  envOf,
  mountOf,
  namesOf,
  podOf,
  stackOf,
  type SystemStack,
} from "../../support/systemStack";

describe("volumes of bots", () => {
  const level = (stack: SystemStack): unknown =>
    stack.find("Namespace", "edi").metadata.labels?.["pod-security.kubernetes.io/enforce"];
  const initContainers = (stack: SystemStack) => listAt(podOf(init(stack)), "initContainers");

  it("belong to the pods' group", async () => {
    const stack = await stackOf("bots");
    assert.equal(level(stack), "restricted");
    assert.deepEqual(
      initContainers(stack).map(({ name }) => name),
      ["prepare-volumes", "seed-grammars", "seed-usersys"],
    );
  });

  it("keep their owner if the NFS server maps users", async () => {
    const stack = await stackOf("bots", { volumes: { ownership: "none" } });
    const owners = [web(stack), queue(stack), init(stack), stack.find("CronJob", "bots-backup")];
    for (const each of owners) {
      const context = at(podOf(each), "securityContext");
      assert.deepEqual([at(context, "runAsUser"), at(context, "fsGroup")], [10001, undefined]);
    }
  });

  it("are handed over by root in a namespace that allows it", async () => {
    const stack = await stackOf("bots", {
      podSecurity: "baseline",
      volumes: { ownership: "chown" },
    });
    assert.equal(level(stack), "baseline");
    const [own] = initContainers(stack);
    assert.deepEqual(at(own, "command"), [
      "chown",
      "-R",
      "10001:10001",
      "/volumes/data",
      "/volumes/logs",
      "/volumes/config",
    ]);
    assert.deepEqual(at(own, "securityContext"), {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"], add: ["CHOWN", "DAC_OVERRIDE"] },
      readOnlyRootFilesystem: true,
      runAsUser: 0,
      runAsGroup: 0,
      runAsNonRoot: false,
    });
    assert.equal(at(podOf(web(stack)), "securityContext", "runAsNonRoot"), true);
  });

  it("may be folders of an NFS server, with mount options", async () => {
    const nfs = { server: "nfs.example.org", path: "/export/edi/" };
    const stack = await stackOf("bots", { volumes: { nfs } });
    const { spec } = stack.find("PersistentVolume", "edi-bots-edi-logs-pvc");
    assert.deepEqual(at(spec, "nfs"), { server: "nfs.example.org", path: "/export/edi/logs" });
    assert.deepEqual(at(spec, "mountOptions"), [
      "nfsvers=4.1",
      "tcp",
      "timeo=600",
      "retrans=2",
      "hard",
    ]);
    const claim = stack.find("PersistentVolumeClaim", "bots-edi-logs-pvc");
    assert.equal(at(claim, "spec", "volumeName"), "edi-bots-edi-logs-pvc");
    assert.equal(at(claim, "spec", "storageClassName"), "");
  });

  it("keep all pods on one node if only one node can mount them", async () => {
    const stack = await stackOf("bots", { volumes: { accessMode: "ReadWriteOnce" } });
    const all = ["bots-engine", "bots-backup"].map((name) => stack.find("CronJob", name));
    for (const each of [web(stack), queue(stack), init(stack), ...all]) {
      assert.ok(at(podOf(each), "affinity", "podAffinity") !== undefined, each.metadata.name);
    }
    assert.deepEqual(at(web(stack), "spec", "strategy"), { type: "Recreate" });
  });

  it("may be existing claims", async () => {
    const stack = await stackOf("bots", { volumes: { data: { existingClaim: "bots-edi-pvc" } } });
    assert.ok(!namesOf(stack, "PersistentVolumeClaim").includes("bots-edi-data-pvc"));
    const volumes = listAt(podOf(web(stack)), "volumes");
    const [data] = volumes.filter(({ name }) => name === "bots-edi-data-pvc");
    assert.deepEqual(data?.["persistentVolumeClaim"], { claimName: "bots-edi-pvc" });
  });

  for (const type of ["snapshot", "none"]) {
    it(`are backed up as backup.type ${type} says`, async () => {
      const stack = await stackOf("bots", { backup: { type } });
      const jobs = namesOf(stack, "CronJob").filter((name) => /^bots-backup/.test(name));
      assert.deepEqual(jobs, type === "none" ? [] : ["bots-backup"]);
    });
  }
});

describe("the database of bots", () => {
  for (const [where, cidr, cidrs] of [
    ["one address", "203.0.113.9/32", ["203.0.113.9/32"]],
    ["any address of both families", undefined, anywhere],
  ] as const) {
    it(`may be PostgreSQL at ${where}`, async () => {
      const database = { type: "external", engine: "postgresql", host: "db", cidr };
      const stack = await stackOf("bots", { database });
      assert.equal(envOf(containerOf(web(stack)), "DB_ENGINE"), "postgresql");
      assert.equal(at(stack.find("Secret", "bots-edidb-secret"), "stringData", "DB_PORT"), "5432");
      const { spec } = stack.find("NetworkPolicy", "bots-database-from-bots-engine");
      const to = cidrs.map((each) => ({ ipBlock: { cidr: each } }));
      const ports = [{ port: 5432, protocol: "TCP" }];
      assert.deepEqual(at(spec, "egress"), [{ to, ports }]);
    });
  }

  it("may be a server that the stack runs, which then starts first", async () => {
    const stack = await stackOf("bots", { database: { type: "managed" } });
    const server = stack.find("StatefulSet", "bots-database");
    assert.ok(stack.objects.indexOf(server) < stack.objects.indexOf(init(stack)));
    assert.deepEqual(envOf(containerOf(web(stack)), "DB_HOST"), {
      secretKeyRef: { name: "bots-database-auth", key: "host" },
    });
    const keys = Object.keys(at(stack.find("Secret", "bots-edidb-secret"), "stringData") as object);
    assert.deepEqual(keys, ["DJANGO_SECRET_KEY"]);
    assert.equal(mountOf(containerOf(web(stack)), "/backups"), undefined);
    assert.ok(!namesOf(stack, "CronJob").includes("bots-database-restore"));
  });

  it("is reached through existing Secrets in secretsMode existing", async () => {
    const secretNames = { database: "my-database", superuser: "my-superuser" };
    const existing = { "stackberth:secretsMode": "existing" };
    const stack = await stackOf("bots", { secretNames }, existing);
    assert.deepEqual(namesOf(stack, "Secret"), []);
    assert.deepEqual(envOf(containerOf(web(stack)), "DB_PASSWORD"), {
      secretKeyRef: { name: "my-database", key: "DB_PASSWORD" },
    });
    assert.doesNotMatch(
      JSON.stringify(at(web(stack), "spec", "template", "metadata", "annotations")),
      /edidb/,
    );
  });
});
