import assert from "node:assert/strict";
import { at, type KubeObject, textAt } from "../../lib/objects";
import { liveAll } from "../support/jobs";
import { kubectl } from "../support/kubectl";
import { run, TestStack, unchanged } from "../support/stackberth";
import { apply, live } from "../support/testCluster";

const name = "test-bots-migration";
const ofStack = ["--stack", name];
const image = "registry.example.org/edi/bots:3.9.0";
const labels = { app: "bots-edi" };
const password = "the-password-that-the-database-knows";

/**
 * What stands in a cluster that ran the "old architecture" of "Phase 4 Complete: Kubernetes Manifests
 * Refactoring", which systems/bots/README.md links: one of everything.
 */
const old: readonly KubeObject[] = [
  { apiVersion: "v1", kind: "Namespace", metadata: { name } },
  {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "bots-edi-pvc", namespace: name },
    spec: { accessModes: ["ReadWriteMany"], resources: { requests: { storage: "10Gi" } } },
  },
  {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "bots-edidb-secret", namespace: name },
    stringData: {
      DB_HOST: "mysql.example.org",
      DB_PORT: "3306",
      DB_NAME: "botsedi_data",
      DB_USER: "botsedi",
      DB_PASSWORD: password,
      DJANGO_SECRET_KEY: "k".repeat(50),
    },
  },
  {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "bots-superuser-secret", namespace: name },
    stringData: {
      SUPERUSER_USERNAME: "admin",
      SUPERUSER_EMAIL: "admin@example.org",
      SUPERUSER_PASSWORD: "p".repeat(16),
    },
  },
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "bots-edi", namespace: name },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              name: "bots-edi",
              image,
              command: ["tail", "-f", "/dev/null"],
              envFrom: [{ secretRef: { name: "bots-edidb-secret" } }],
              volumeMounts: [{ name: "data", mountPath: "/home/bots/.bots" }],
            },
          ],
          volumes: [{ name: "data", persistentVolumeClaim: { claimName: "bots-edi-pvc" } }],
        },
      },
    },
  },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "bots-edi-svc", namespace: name },
    spec: { selector: labels, ports: [{ port: 8080 }] },
  },
];

/** A live object without the fields that the server updates by itself. */
const content = ({ spec, data, metadata }: KubeObject & { data?: unknown }) => ({
  spec,
  data,
  uid: metadata.uid,
});

describe("moving bots from a single Deployment, on the embedded API server", function () {
  this.timeout(25 * 60_000);
  let stack: TestStack;
  const kept: Record<string, unknown> = {};
  const secret = () => live("Secret", name, "bots-edidb-secret");
  const claim = () => live("PersistentVolumeClaim", name, "bots-edi-pvc");

  before(async () => {
    stack = new TestStack(name, "dev", "bots");
    for (const object of old) await apply(object);
    await kubectl("rollout", "status", "deployment/bots-edi", "-n", name, "--timeout=120s");
    kept["secret"] = content(await secret());
    kept["claim"] = content(await claim());
    // README.md of the system, "Migrating from a single Deployment".
    stack.set(["stackberth:secretsMode"], "existing");
    stack.set(["stackberth:bots", "database"], { type: "external", host: "mysql.example.org" });
    stack.set(["stackberth:bots", "volumes", "data"], { existingClaim: "bots-edi-pvc" });
  });
  after(async () => {
    stack.remove();
    await kubectl("delete", "namespace", name, "--ignore-not-found");
  });

  it("stops the old pods before new ones write to the same files", async () => {
    await kubectl("scale", "deployment/bots-edi", "-n", name, "--replicas=0");
    await kubectl(
      "wait",
      "pod",
      "-n",
      name,
      "-l",
      "app=bots-edi",
      "--for=delete",
      "--timeout=120s",
    );
  });

  it("deploys next to the old objects, with the old volume and the old Secret", async () => {
    const { code, output } = await run("up", ...ofStack);
    assert.equal(code, 0, output);
    assert.doesNotMatch(output, /(created|updated)\s+Secret/);
    assert.doesNotMatch(output, /PersistentVolumeClaim \S*bots-edi-(pvc|data-pvc)/);
    const web = await live("Deployment", name, "bots-webserver");
    const pod = JSON.stringify(at(web, "spec", "template", "spec"));
    assert.match(pod, /"claimName":"bots-edi-pvc"/);
    assert.match(pod, /"secretKeyRef":\{"name":"bots-edidb-secret","key":"DB_PASSWORD"\}/);
  });

  it("kept the volume and the Secret as they were", async () => {
    assert.deepEqual(content(await claim()), kept["claim"]);
    assert.deepEqual(content(await secret()), kept["secret"]);
    const found = Buffer.from(textAt(await secret(), "data", "DB_PASSWORD"), "base64").toString();
    assert.equal(found, password);
  });

  it("leaves the old Deployment and Service alone", async () => {
    await live("Deployment", name, "bots-edi");
    await live("Service", name, "bots-edi-svc");
    await kubectl("delete", "deployment/bots-edi", "service/bots-edi-svc", "-n", name);
    const again = await run("up", ...ofStack);
    assert.equal(again.code, 0, again.output);
    assert.match(again.output, unchanged);
  });

  it("keeps the volume and the Secret when the stack is destroyed", async () => {
    const { code, output } = await run("down", ...ofStack);
    assert.equal(code, 0, output);
    assert.match(output, /kept +Namespace \S+, which holds PersistentVolumeClaim .*bots-edi-pvc/);
    assert.deepEqual(content(await claim()), kept["claim"]);
    assert.deepEqual(content(await secret()), kept["secret"]);
    assert.deepEqual(await liveAll("/apis/apps/v1/deployments", name), []);
    // The namespace is somebody else's now, whose pods may be older than Pod Security.
    const { metadata } = await live("Namespace", undefined, name);
    assert.deepEqual(metadata.labels, { "kubernetes.io/metadata.name": name });
  });
});
