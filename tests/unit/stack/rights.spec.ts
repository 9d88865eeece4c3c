import assert from "node:assert/strict";
import type { Cluster } from "../../../cluster";
import { ApiError, type ApiRequest } from "../../../cluster/client";
import { missingRights } from "../../../stack/rights";

const all = { verbs: ["*"], apiGroups: ["*"], resources: ["*"] };
const read = { ...all, verbs: ["get", "list"] };
const write = { verbs: ["create", "patch"], apiGroups: [""], resources: ["configmaps"] };

const object = (apiVersion: string, kind: string, namespace?: string) => ({
  apiVersion,
  kind,
  metadata: { name: "page", ...(namespace !== undefined && { namespace }) },
});
const wanted = [
  object("v1", "Namespace"),
  object("v1", "ConfigMap", "shop"),
  object("v1", "ConfigMap", "shop"),
  object("apps/v1", "Deployment", "shop"),
];

/** What is missing where the API server answers so. */
async function missing(answer: (request: ApiRequest) => object) {
  const asked: ApiRequest[] = [];
  const cluster = {
    discovery: {
      find: ({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }) =>
        Promise.resolve({
          apiVersion,
          plural: `${kind.toLowerCase()}s`,
          namespaced: kind !== "Namespace",
        }),
    },
    client: {
      json: (request: ApiRequest) => {
        asked.push(request);
        return Promise.resolve().then(() => answer(request));
      },
    },
  };
  const lines = await missingRights(cluster as unknown as Cluster, wanted);
  return { lines, asked };
}

const rules = (...resourceRules: readonly object[]) => ({
  status: { incomplete: false, resourceRules },
});

describe("the rights of whoever deploys", () => {
  it("are asked for once a namespace, and once for the whole cluster", async () => {
    const { lines, asked } = await missing(() => rules(all));
    assert.deepEqual(lines, []);
    const places = asked.map(
      ({ body }) => (body as { spec: { namespace: string } }).spec.namespace,
    );
    assert.deepEqual(places.sort(), ["default", "shop"]);
  });

  it("are all named that are missing, with where and with what to do", async () => {
    const { lines } = await missing(() => rules(read));
    assert.deepEqual(lines, [
      "in the whole cluster, this user may not: create, patch namespaces. Ask the cluster's administrator for that; " +
        "`kubectl auth can-i --list` shows what is allowed",
      "in namespace shop, this user may not: create, patch configmaps; create, patch deployments.apps. Ask the " +
        "cluster's administrator for that; `kubectl auth can-i --list -n shop` shows what is allowed",
    ]);
  });

  it("add up, each rule for its own groups and kinds", async () => {
    const { lines } = await missing(() => rules(read, write));
    assert.equal(lines.length, 2);
    assert.match(lines[1] ?? "", /may not: create, patch deployments\.apps\./);
    const others = await missing(() => rules(read, { ...write, apiGroups: ["apps"] }));
    assert.match(others.lines[1] ?? "", /may not: create, patch configmaps; .*deployments\.apps\./);
  });

  it("are not doubted where the API server does not know them all", async () => {
    const unsure = { status: { incomplete: true, resourceRules: [] } };
    assert.deepEqual((await missing(() => unsure)).lines, []);
    const refuse = (request: ApiRequest) => {
      throw new ApiError(403, { message: "no" }, request);
    };
    assert.deepEqual((await missing(refuse)).lines, []);
  });

  it("are not taken for granted when the API server is lost", async () => {
    const fail = () => {
      throw new Error("ECONNREFUSED");
    };
    await assert.rejects(missing(fail), /ECONNREFUSED/);
  });
});
