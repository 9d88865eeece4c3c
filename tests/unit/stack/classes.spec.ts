import assert from "node:assert/strict";
import { mock } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { type Cluster } from "../../../cluster";
import { ApiError } from "../../../cluster/client";
import type { KubeObject } from "../../../lib/objects";
import { absentClasses } from "../../../stack/classes";

const named = (name: string, more: object = {}): object => ({ metadata: { name }, ...more });
const defaultClass = { metadata: { name: "fast", annotations: annotated("true") } };
const plainClass = { metadata: { name: "slow", annotations: annotated("false") } };

function annotated(value: string): object {
  return { "storageclass.kubernetes.io/is-default-class": value };
}

function volume(storageClassName: string, phase = "Available"): object {
  return named("pv", { spec: { storageClassName }, status: { phase } });
}

/** A claim as the program wants it, and as it is live. */
function claim(storageClassName?: string, phase?: string): KubeObject {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { namespace: "shop", name: "data" },
    spec: storageClassName === undefined ? {} : { storageClassName },
    ...(phase !== undefined && { status: { phase } }),
  };
}

const database: KubeObject = {
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  metadata: { namespace: "shop", name: "db" },
  spec: { volumeClaimTemplates: [{ spec: {} }] },
};

/** What the cluster has, by the last part of the path; an account may not list what is undefined. */
type Has = Readonly<Record<string, readonly object[] | undefined>>;

/** The refusals, and the warnings. */
async function judge(
  has: Has,
  settings: object,
  {
    objects = [],
    live = [],
    lacks = [],
  }: {
    objects?: readonly KubeObject[];
    live?: readonly KubeObject[];
    lacks?: readonly string[];
  } = {},
) {
  const asked: string[] = [];
  const cluster = {
    find: ({ kind }: KubeObject) => Promise.resolve(live.find((each) => each.kind === kind)),
    discovery: {
      find: ({ apiVersion, kind }: KubeObject) => {
        const plural = `${kind.toLowerCase()}${kind.endsWith("s") ? "es" : "s"}`;
        const known = { apiVersion, kind, plural, namespaced: false, verbs: [] };
        return Promise.resolve(lacks.includes(kind) ? undefined : known);
      },
    },
    client: {
      json: (request: { path: string }) => {
        const kind = request.path.split("/").at(-1) ?? "";
        asked.push(kind);
        const items = has[kind];
        if (items) return Promise.resolve({ items });
        return Promise.reject(new ApiError(403, { message: "forbidden" }, request));
      },
    },
  } as unknown as Cluster;
  const warn = mock.method(pulumi.log, "warn", () => Promise.resolve());
  try {
    const refused = await absentClasses(cluster, { "stackberth:shop": settings }, objects);
    const warned = warn.mock.calls.map(({ arguments: [text] }) => text);
    return { refused, warned, asked };
  } finally {
    warn.mock.restore();
  }
}

const ingress = (className: string) => ({ sites: [{ exposure: { type: "ingress", className } }] });
const data = (storageClassName: string) => ({ data: { storageClassName } });
const placed = (priorityClassName: string) => ({ placement: { priorityClassName } });
const operated = (snapshotClassName: string, issuer: string) => ({
  backup: { type: "snapshot", snapshotClassName },
  exposure: { type: "ingress", tls: { mode: "certManager", issuer } },
});

describe("the classes that a stack needs", () => {
  it("are refused by key and name, all at once, with those that the cluster has", async () => {
    const has = {
      priorityclasses: [named("system-node-critical"), named("gold")],
      storageclasses: [defaultClass, plainClass],
      ingressclasses: [named("nginx")],
      persistentvolumes: [volume("other")],
    };
    const settings = { ...ingress("ngnix"), ...data("nope"), ...placed("high") };
    const { refused, warned } = await judge(has, settings, { objects: [claim("nope")] });
    assert.deepEqual(refused, [
      "stackberth:shop.placement.priorityClassName: the cluster has no PriorityClass high; it has " +
        "gold. Choose one that `kubectl get priorityclass` prints, or create it",
      "stackberth:shop.data.storageClassName: the cluster has no StorageClass nope; it has " +
        "fast, slow. Choose one that `kubectl get storageclass` prints, or create it",
      "stackberth:shop.sites[0].exposure.className: the cluster has no IngressClass ngnix; it has " +
        "nginx. Choose one that `kubectl get ingressclass` prints, or create it",
    ]);
    assert.deepEqual(warned, []);
    const right = { ...ingress("nginx"), ...data("slow"), ...placed("gold") };
    assert.deepEqual((await judge(has, right)).refused, []);
  });

  it("are refused too where an operator defines their kind", async () => {
    const has = { volumesnapshotclasses: [named("csi")], clusterissuers: [named("staging")] };
    const { refused, warned } = await judge(has, operated("cis", "letsencrypt"));
    assert.deepEqual(refused, [
      "stackberth:shop.backup.snapshotClassName: the cluster has no VolumeSnapshotClass cis; it has " +
        "csi. Choose one that `kubectl get volumesnapshotclass` prints, or create it",
      "stackberth:shop.exposure.tls.issuer: the cluster has no ClusterIssuer letsencrypt; it has " +
        "staging. Choose one that `kubectl get clusterissuer` prints, or create it",
    ]);
    assert.deepEqual(warned, []);
    assert.deepEqual((await judge(has, operated("csi", "staging"))).refused, []);
    const label = { labels: { issuer: "me" } };
    assert.deepEqual((await judge(has, label)).refused, []);
  });

  it("are not asked for in a cluster that does not know their kind", async () => {
    const lacks = ["VolumeSnapshotClass", "ClusterIssuer"];
    const settings = operated("csi", "letsencrypt");
    const { refused, warned, asked } = await judge({}, settings, { lacks });
    assert.deepEqual([refused, warned, asked], [[], [], []]);
  });

  it("are listed once, however many settings and claims need them", async () => {
    const has = { storageclasses: [plainClass], persistentvolumes: [volume("", "Bound")] };
    const settings = { a: data("nope"), b: data("neither") };
    const { refused, asked } = await judge(has, settings, { objects: [claim(), database] });
    assert.equal(refused.length, 3);
    assert.deepEqual(asked.sort(), ["persistentvolumes", "storageclasses"]);
  });

  it("are not asked for where nothing names one", async () => {
    const { asked } = await judge({}, {}, { objects: [claim(""), claim("manual")] });
    assert.deepEqual(asked, []);
  });

  it("may be used by an account that may not list them", async () => {
    const settings = { ...ingress("a"), ...data("b"), ...placed("c"), ...operated("d", "e") };
    const { refused, warned } = await judge({}, settings, { objects: [claim()] });
    assert.deepEqual([refused, warned], [[], []]);
    const { refused: unsure } = await judge({ storageclasses: [] }, data("b"), {
      objects: [claim()],
    });
    assert.deepEqual(unsure, []);
  });

  it("are not certain to be wrong where the cluster has no IngressClass at all", async () => {
    const { refused, warned } = await judge({ ingressclasses: [] }, ingress("internal"));
    assert.deepEqual(refused, []);
    assert.deepEqual(warned, [
      "stackberth:shop.sites[0].exposure.className: the cluster has no IngressClass internal; it " +
        "has none. Choose one that `kubectl get ingressclass` prints, or create it, unless your " +
        "controller matches the name without one",
    ]);
  });

  it("need no StorageClass where volumes made by hand have its name", async () => {
    const has = { storageclasses: [], persistentvolumes: [volume("manual", "Bound")] };
    assert.deepEqual((await judge(has, data("manual"))).refused, []);
  });

  describe("of claims that name none", () => {
    const lacking = { storageclasses: [plainClass], persistentvolumes: [volume("", "Bound")] };
    const objects = [claim(), database];
    const refusal =
      "no storageClassName, and the cluster has no default StorageClass; it has slow. Choose one " +
      "that `kubectl get storageclass` prints, or create it";

    it("need a default one", async () => {
      const { refused } = await judge(lacking, {}, { objects });
      assert.deepEqual(refused, [
        `PersistentVolumeClaim shop/data, StatefulSet shop/db: ${refusal}`,
      ]);
      const has = { ...lacking, storageclasses: [plainClass, defaultClass] };
      assert.deepEqual((await judge(has, {}, { objects })).refused, []);
    });

    it("need none where a volume without a class is free", async () => {
      const has = { ...lacking, persistentvolumes: [volume("")] };
      assert.deepEqual((await judge(has, {}, { objects })).refused, []);
    });

    it("need none once they have a volume", async () => {
      const bound = [claim("old", "Bound"), database];
      assert.deepEqual((await judge(lacking, {}, { objects, live: bound })).refused, []);
      const live = [claim(undefined, "Pending"), database];
      const { refused } = await judge(lacking, {}, { objects, live });
      assert.deepEqual(refused, [`PersistentVolumeClaim shop/data: ${refusal}`]);
    });
  });
});
