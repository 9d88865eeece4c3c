import assert from "node:assert/strict";
import {
  ImageUpdater,
  type ImageUpdaterArgs,
  type Namespace,
  releaseTag,
} from "../../../components";
import { type ArgoEvents, argoEvents, schemaOf, skipFor } from "../../support/argoEvents";
import { assertParents, itRefuses, objectsIn } from "../../support/components";
import { one, read } from "../../support/deploy";
import { schemaProblems } from "../../support/jsonSchema";

const base: Omit<ImageUpdaterArgs, "namespace"> = {
  image: "harbor.example.org/edi/bots:4.0.0",
  targets: [
    { kind: "Deployment", name: "web", containers: ["web", "relay"] },
    { kind: "CronJob", name: "engine", containers: ["engine"] },
  ],
};
const make =
  (args: Partial<ImageUpdaterArgs> = {}) =>
  (namespace: Namespace) =>
    new ImageUpdater("images", { namespace, ...base, ...args });
const made = async (kind: string, args: Partial<ImageUpdaterArgs> = {}) =>
  one(await objectsIn(make(args)), kind);

describe("ImageUpdater", () => {
  it("creates Argo's objects in Argo's namespace, and the Role in that of the workloads", async () => {
    const found = await objectsIn(make());
    assertParents(found, "ImageUpdater");
    for (const kind of ["EventSource", "Sensor", "ServiceAccount"]) {
      assert.equal(one(found, kind).metadata.namespace, "argo-events", kind);
    }
    for (const kind of ["Role", "RoleBinding"]) {
      assert.equal(one(found, kind).metadata.namespace, "lab", kind);
    }
    assert.deepEqual(read(one(found, "RoleBinding"), "subjects"), [
      { kind: "ServiceAccount", name: "images", namespace: "argo-events" },
    ]);
  });

  it("can patch only its targets, by name", async () => {
    const verbs = ["get", "patch"];
    assert.deepEqual(read(await made("Role"), "rules"), [
      { apiGroups: ["apps"], resources: ["deployments"], resourceNames: ["web"], verbs },
      { apiGroups: ["batch"], resources: ["cronjobs"], resourceNames: ["engine"], verbs },
    ]);
  });

  it("reacts only to pushes of releases to one repository", async () => {
    const data = read(await made("Sensor"), "spec.dependencies.0.filters.data");
    assert.deepEqual(data, [
      { path: "body.type", type: "string", value: ["^PUSH_ARTIFACT$"] },
      {
        path: "body.event_data.repository.repo_full_name",
        type: "string",
        value: ["^edi/bots$"],
      },
      { path: "body.event_data.resources.0.tag", type: "string", value: [releaseTag] },
    ]);
  });

  it("matches a repository's name literally", async () => {
    const sensor = await made("Sensor", { image: "harbor.example.org/edi/bots.new:4.0.0" });
    const value = read(sensor, "spec.dependencies.0.filters.data.1.value.0");
    assert.equal(value, "^edi/bots\\.new$");
  });

  for (const [tag, counts] of [
    ["4.0.1", true],
    ["v4.0.1", true],
    ["10.20.30", true],
    ["4.0", false],
    ["4.0.1-rc.1", false],
    ["04.0.1", false],
    ["latest", false],
    ["dev", false],
    ["4.0.1; rm", false],
    ["", false],
  ] as const) {
    it(`${counts ? "rolls out" : "ignores"} the tag "${tag}"`, () => {
      assert.equal(new RegExp(releaseTag).test(tag), counts);
    });
  }

  it("appends the tag to the image of every container", async () => {
    const sensor = await made("Sensor");
    const deployment = read(sensor, "spec.triggers.0.template.k8s");
    assert.deepEqual(read(deployment, "source.resource"), {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web", namespace: "lab" },
      spec: {
        template: {
          spec: {
            containers: [
              { name: "web", image: "harbor.example.org/edi/bots:" },
              { name: "relay", image: "harbor.example.org/edi/bots:" },
            ],
          },
        },
      },
    });
    const tag = { dependencyName: "pushed", dataKey: "body.event_data.resources.0.tag" };
    assert.deepEqual(read(deployment, "parameters"), [
      { src: tag, dest: "spec.template.spec.containers.0.image", operation: "append" },
      { src: tag, dest: "spec.template.spec.containers.1.image", operation: "append" },
    ]);
    const cronJob = read(sensor, "spec.triggers.1.template.k8s.parameters.0.dest");
    assert.equal(cronJob, "spec.jobTemplate.spec.template.spec.containers.0.image");
  });

  it("requires a token if one is configured", async () => {
    assert.equal(read(await made("EventSource"), "spec.webhook.pushed.authSecret"), undefined);
    const guarded = await made("EventSource", { tokenSecretName: "harbor-token" });
    const secret = { name: "harbor-token", key: "token" };
    assert.deepEqual(read(guarded, "spec.webhook.pushed.authSecret"), secret);
  });

  itRefuses([
    ["an image without registry", make({ image: "bots:4.0.0" }), "image", /registry and a tag/],
    ["an image by digest", make({ image: `h.org/b@sha256:${"0".repeat(64)}` }), "image", /a tag/],
    ["no targets", make({ targets: [] }), "targets", /list at least one workload/],
    ["the workloads' own namespace", make({ argoNamespace: "lab" }), "argoNamespace", /denies/],
  ]);
});

describe("ImageUpdater's objects, by Argo Events' own schema", () => {
  let argo: ArgoEvents;
  before(function () {
    const found = argoEvents();
    if (typeof found === "string") skipFor(this, found);
    argo = found;
  });
  const problems = (kind: string, object: unknown): string[] =>
    schemaProblems(object, { $ref: `#/definitions/${schemaOf(kind)}` }, argo.schemas);

  for (const kind of ["EventSource", "Sensor"]) {
    it(`${kind} matches its schema`, async () => {
      const object = await made(kind, { tokenSecretName: "harbor-token", eventBusName: "edi" });
      assert.deepEqual(problems(kind, object), []);
    });
  }

  it("fail the schema when they are broken", async () => {
    const sensor = structuredClone(await made("Sensor")) as { spec: Record<string, unknown> };
    assert.deepEqual(problems("Sensor", { ...sensor, spec: { ...sensor.spec, trigers: [] } }), [
      ".spec.trigers: unknown",
    ]);
    const { dependencies: _dependencies, ...rest } = sensor.spec;
    assert.deepEqual(problems("Sensor", { ...sensor, spec: rest }), [
      ".spec.dependencies: missing",
    ]);
    const source = structuredClone(await made("EventSource"));
    const webhook = { pushed: { port: 12000, endpoint: "/", method: "POST", url: "" } };
    assert.deepEqual(problems("EventSource", { ...source, spec: { webhook } }), [
      ".spec.webhook.pushed.port: number, not string",
    ]);
  });
});
