import assert from "node:assert/strict";
import { at, isJson, type KubeObject, listAt, textAt } from "../../lib/objects";
import { fillIn } from "../support/goTemplate";
import { kubectl } from "../support/kubectl";
import { certificate, unseal } from "../support/sealing";
import { eventually } from "../support/simulatedNodes";
import { run, TestStack, unchanged } from "../support/stackberth";
import { live, setStatus, testCluster, versions } from "../support/testCluster";

const name = "test-secrets";
const ofStack = ["--stack", name];
const up = () => run("up", ...ofStack);
const external = {
  group: "external-secrets.io",
  version: "v1",
  kind: "ExternalSecret",
  plural: "externalsecrets",
};
const sealed = {
  group: "bitnami.com",
  version: "v1alpha1",
  kind: "SealedSecret",
  plural: "sealedsecrets",
};
/** Where an operator's object is. */
const pathOf = (plural: string, of: string): string => {
  const { group, version } = [external, sealed].find((each) => each.plural === plural) ?? external;
  return `/apis/${group}/${version}/namespaces/${name}/${plural}/${of}`;
};
const secretNames = ["redis-auth", "streamlit-secrets"];
/** What the store has; no letter of it may be seen. */
const store: Readonly<Record<string, string>> = {
  "lab/openmsRedisPassword": "canary/redis with+signs",
  "lab/openmsAdminPassword": "canary-admin",
};

type Texts = Record<string, string>;
const texts = (value: unknown): Texts => (isJson(value) ? value : {}) as Texts;

/** An operator's object, as soon as it is there. */
async function appearing(plural: string, of: string): Promise<KubeObject> {
  const { cluster } = await testCluster();
  const path = pathOf(plural, of);
  const found = await eventually(`${plural} ${of}`, () => cluster.client.find(path));
  return found as KubeObject;
}

async function say(plural: string, of: string, type: string, status: string, message = "") {
  const conditions = [{ type, status, message }];
  await setStatus(pathOf(plural, of), { conditions });
}

/** Makes the Secret and says so, as the operator would. */
async function bring(plural: string, of: string, type: string, data: Texts): Promise<void> {
  const literals = Object.entries(data).map(([key, text]) => `--from-literal=${key}=${text}`);
  await kubectl("create", "secret", "generic", of, "-n", name, ...literals);
  await say(plural, of, type, "True");
}

const filled = (templates: unknown, values: Texts): Texts =>
  Object.fromEntries(
    Object.entries(texts(templates)).map(([key, template]) => [key, fillIn(template, values)]),
  );

/** The External Secrets operator, for one object. */
async function operate(of: string): Promise<void> {
  const { spec } = await appearing(external.plural, of);
  const values = listAt(spec, "data").map((each) => [
    textAt(each, "secretKey"),
    store[textAt(each, "remoteRef", "key")],
  ]);
  const templates = at(spec, "target", "template", "data");
  const data = filled(templates, Object.fromEntries(values) as Texts);
  await bring(external.plural, of, "Ready", data);
}

/** The Sealed Secrets controller, for one object. */
async function control(of: string): Promise<void> {
  const { spec } = await appearing(sealed.plural, of);
  const values = Object.fromEntries(
    Object.entries(texts(at(spec, "encryptedData"))).map(([key, text]) => [
      key,
      unseal(name, text),
    ]),
  );
  const data = { ...values, ...filled(at(spec, "template", "data"), values) };
  await bring(sealed.plural, of, "Synced", data);
}

async function textOf(of: string, key: string): Promise<string> {
  const secret = await live("Secret", name, of);
  return Buffer.from(textAt(secret, "data", key), "base64").toString();
}

describe("secrets that the cluster brings, on the embedded API server", function () {
  this.timeout(25 * 60_000);
  const stack = new TestStack(name);
  const own = ["digestKey", "openmsRedisPassword", "openmsAdminPassword"];

  before(async () => {
    await testCluster();
    for (const key of own) stack.set([`stackberth:${key}`], undefined);
  });
  afterEach(async () => {
    const { code, output } = await run("down", ...ofStack);
    assert.equal(code, 0, output);
    assert.deepEqual(await versions(name), {});
  });
  after(() => stack.remove());

  it("come from a store, before anything that uses them", async () => {
    stack.set(["stackberth:secretsMode"], "external");
    stack.set(["stackberth:secretStore"], { name: "vault", keyPrefix: "lab/" });
    const told = await run("secrets", "--stack", name);
    assert.equal(told.code, 0, told.output);
    for (const key of Object.keys(store)) assert.ok(told.output.includes(key), told.output);

    const deploying = up();
    for (const of of secretNames) await appearing(external.plural, of);
    await assert.rejects(live("Deployment", name, "redis"), /there is no Deployment/);
    for (const of of secretNames) await operate(of);
    const { code, output } = await deploying;
    assert.equal(code, 0, output);
    assert.doesNotMatch(output, /canary|<<secret|created\s+Secret/);
    const url = "redis://:canary%2Fredis%20with%2Bsigns@redis:6379/0";
    assert.equal(await textOf("redis-auth", "url"), url);
    assert.match(await textOf("streamlit-secrets", "secrets.toml"), /"canary-admin"/);
    const web = JSON.stringify(await live("Deployment", name, "web"));
    assert.match(web, /"secretKeyRef":\{"name":"redis-auth","key":"url"\}/);

    const before = await versions(name);
    const second = await up();
    assert.match(second.output, unchanged);
    assert.deepEqual(await versions(name), before);
  });

  it("that do not come fail the deployment with the operator's own reason", async () => {
    stack.set(["stackberth:deadlineSeconds"], 30);
    const deploying = up();
    await appearing(external.plural, "redis-auth");
    await say(
      external.plural,
      "redis-auth",
      "Ready",
      "False",
      "there is no lab/openmsRedisPassword",
    );
    const { code, output } = await deploying;
    assert.equal(code, 1, output);
    assert.match(output, /ExternalSecret test-secrets\/redis-auth: its condition Ready is False/);
    assert.match(output, /there is no lab\/openmsRedisPassword/);
    assert.match(output, /does the External Secrets operator run/);
    stack.set(["stackberth:deadlineSeconds"], undefined);
  });

  it("are sealed for the cluster by the same command as always", async () => {
    stack.set(["stackberth:secretsMode"], "sealed");
    stack.set(["stackberth:secretStore"], undefined);
    stack.set(["stackberth:sealingCertificate"], certificate);
    const missing = await up();
    assert.equal(missing.code, 1);
    assert.match(missing.output, /stackberth:openmsRedisPassword: secret is missing/);
    const made = await run("secrets", "--stack", name);
    assert.equal(made.code, 0, made.output);

    const deploying = up();
    for (const of of secretNames) await control(of);
    const { code, output } = await deploying;
    assert.equal(code, 0, output);
    const password = await textOf("redis-auth", "password");
    assert.match(password, /^[A-Za-z0-9]{32}$/);
    assert.equal(await textOf("redis-auth", "url"), `redis://:${password}@redis:6379/0`);
    assert.ok(!output.includes(password));
    assert.match((await up()).output, unchanged);

    const digests = async (of: string): Promise<unknown> =>
      at(await live("Deployment", name, of), "spec", "template", "metadata", "annotations");
    const [web, redis] = [await digests("web"), await digests("redis")];
    const rotated = await run("secrets", "--stack", name, "--rotate", "openmsAdminPassword");
    assert.equal(rotated.code, 0, rotated.output);
    assert.equal((await up()).code, 0);
    assert.notDeepEqual(await digests("web"), web);
    assert.deepEqual(await digests("redis"), redis);
  });
});
