import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, parseDocument } from "yaml";
import { readStackFile } from "../../tools/project/stackFile";
import { parseStack } from "../../stack/parse";
import type { Cluster } from "../../cluster";
import { ApiError } from "../../cluster/client";
import { at, keyOf, type KubeObject, listAt, textAt } from "../../lib/objects";
import { parseQuantity } from "../../lib/quantity";
import { clear, releaseVolumes } from "../../tools/review/clear";
import { liveReviews } from "../../tools/review/live";
import { ownName, reviewSettings } from "../../tools/review/settings";
import { reviewOf, reviewStackFile, stackOf } from "../../tools/review/stackFile";
import { systems } from "../../systems";
import { certificate } from "../support/sealing";
import { root } from "../support/stackberth";
import { systemCases } from "../support/systems";
import { collectStack, fileConfig } from "../support/stacks";
import { systemStack } from "../support/systemStack";

describe("settings of a review", () => {
  it("have a namespace and hosts of their own, in every text that names a host", () => {
    const settings = {
      namespace: "shop",
      exposure: { type: "ingress", hosts: ["shop.localhost", "*.shop.localhost"] },
      config: {
        URL: "http://shop.localhost/api",
        ORIGINS: "http://shop.localhost:8080,https://eshop.localhost,http://shop.localhost.org",
      },
    };
    assert.deepEqual(reviewSettings("pr-1", "shop", settings), {
      namespace: "pr-1-shop",
      exposure: { type: "ingress", hosts: ["pr-1-shop.localhost", "*.pr-1-shop.localhost"] },
      config: {
        URL: "http://pr-1-shop.localhost/api",
        ORIGINS:
          "http://pr-1-shop.localhost:8080,https://eshop.localhost,http://shop.localhost.org",
      },
    });
  });

  it("are the smallest: one replica, volumes of at most 1Gi", () => {
    const settings = {
      web: { replicas: 3, autoscaling: { minReplicas: 2 } },
      worker: { replicas: 0 },
      data: [{ size: "10Gi" }, { size: "512Mi" }, { size: "large" }],
    };
    assert.deepEqual(reviewSettings("pr-1", "shop", settings), {
      namespace: "pr-1-shop",
      web: { replicas: 1, autoscaling: { minReplicas: 2 } },
      worker: { replicas: 0 },
      data: [{ size: "1Gi" }, { size: "512Mi" }, { size: "large" }],
    });
  });

  it("have as many namespaces as the system says", () => {
    const settings = { sites: [{ name: "a" }, { name: "b" }] };
    const found = reviewSettings("pr-1", "shop", settings, {
      inNamespaces: ({ sites }, own) => ({
        sites: (sites as { name: string }[]).map((site) => ({
          ...site,
          namespace: own(site.name),
        })),
      }),
    });
    assert.deepEqual(found, {
      sites: [
        { name: "a", namespace: "pr-1-a" },
        { name: "b", namespace: "pr-1-b" },
      ],
    });
  });

  it("have no NFS server, whose address is taken", () => {
    const nfsServer = { clusterIP: "10.96.0.50", nodes: ["192.0.2.0/24"] };
    const settings = { workspaces: { size: "1Gi", nfsServer } };
    assert.deepEqual(reviewSettings("pr-1", "openms", settings, systems["openms"]), {
      namespace: "pr-1-openms",
      workspaces: { size: "1Gi", accessMode: "ReadWriteOnce" },
    });
  });

  it("have node ports that the cluster assigns, beside the fixed ones of dev", async () => {
    const ofDev = {
      ...systemCases["bots"]?.good,
      exposure: { type: "nodePort", nodePort: 30951 },
      allowedHosts: ["bots.example.org"],
    };
    const ofReview = reviewSettings("pr-1", "bots", ofDev, systems["bots"]);
    for (const [settings, port] of [
      [ofDev, 30951],
      [ofReview, undefined],
    ] as const) {
      const { spec } = (await systemStack("bots", "dev", settings)).find(
        "Service",
        "bots-webserver",
      );
      assert.equal(at(spec, "type"), "NodePort");
      assert.equal(at(spec, "ports", 0, "nodePort"), port);
    }
  });

  it("name things so that one wildcard certificate serves all reviews", () => {
    assert.equal(ownName("pr-1", "shop.example.org"), "pr-1-shop.example.org");
    assert.equal(ownName("pr-1", "*.example.org"), "*.pr-1-example.org");
  });
});

/** Settings of each system with as many volumes as it can have. */
const withVolumes: Readonly<Record<string, readonly object[]>> = {
  bots: [{ database: { type: "managed", engine: "mysql" } }],
  openml: [
    { database: { type: "sqlite" } },
    { database: { type: "managed", restoreFrom: "a.sql.gz" } },
  ],
  maps: [{ backup: { type: "copy", size: "50Gi" } }],
};

/** The claims of some objects, those of StatefulSets too, and the volumes, with their sizes. */
const sizesOf = (objects: readonly KubeObject[]): readonly (readonly [string, string])[] =>
  objects.flatMap((each) => {
    const claims = each.kind === "PersistentVolumeClaim" ? [each] : [];
    return [...claims, ...listAt(each, "spec", "volumeClaimTemplates")].map(
      (claim) =>
        [
          textAt(claim, "metadata", "name"),
          textAt(claim, "spec", "resources", "requests", "storage"),
        ] as const,
    );
  });

describe("the volumes of a review", () => {
  const dev = fileConfig(root, "dev").config;
  const isLarge = ([, size]: readonly [string, string]): boolean =>
    parseQuantity(size) > parseQuantity("1Gi");
  const claimsOf = async (name: string, settings: object) => {
    const { objects } = await collectStack("dev", {
      "stackberth:systems": JSON.stringify([name]),
      [`stackberth:${name}`]: JSON.stringify(settings),
    });
    const sizes = sizesOf(objects);
    assert.ok(sizes.length > 0 && sizes.every(([, size]) => size !== ""));
    return sizes;
  };

  for (const [name, system] of Object.entries(systems)) {
    const { good } = systemCases[name] ?? assert.fail(name);
    const ofDev = JSON.parse(dev[`stackberth:${name}`] ?? "") as object;
    const variants = [ofDev, ...(withVolumes[name] ?? [{}]).map((each) => ({ ...good, ...each }))];
    for (const [index, settings] of variants.entries()) {
      it(`of ${name} are at most 1Gi, with settings ${index === 0 ? "of dev" : index}`, async () => {
        const own = reviewSettings("pr-1", name, { ...settings }, system);
        const [before, after] = [await claimsOf(name, settings), await claimsOf(name, own)];
        assert.deepEqual(
          after.map(([claim]) => claim),
          before.map(([claim]) => claim),
        );
        assert.deepEqual(after.filter(isLarge), []);
        // Smaller ones stay as they are.
        for (const [place, each] of before.entries()) {
          if (!isLarge(each)) assert.deepEqual(after[place], each);
        }
      });
    }
  }

  it("are also those that a chart makes for its users", () => {
    const own = reviewSettings("pr-1", "mip", systemCases["mip"]?.good ?? {}, systems["mip"]);
    assert.equal(at(own["notebook"], "capacity"), "1Gi");
  });
});

describe("the stack file of a review", () => {
  const expires = new Date("2026-12-31T12:00:00Z");
  let folder = "";

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "stackberth-review-"));
    for (const file of ["Pulumi.yaml", "Pulumi.dev.yaml"]) {
      cpSync(join(root, file), join(folder, file));
    }
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const file = (names?: readonly string[]): string =>
    reviewStackFile({ root: folder, review: "pr-1", systems: names, expires });

  for (const name of Object.keys(systems)) {
    it(`is right for ${name}, and locked as dev is`, () => {
      writeFileSync(join(folder, "Pulumi.review-pr-1.yaml"), file([name]));
      const { config, secretKeys } = fileConfig(folder, "review-pr-1");
      const { parsed, problems } = parseStack({
        project: "stackberth",
        stack: "review-pr-1",
        values: config,
        isSecret: (key) => secretKeys.includes(key),
      });
      assert.deepEqual(problems, []);
      const { environment, secretsMode, protectData, expires: end } = parsed?.settings ?? {};
      assert.deepEqual(
        { environment, secretsMode, protectData, end },
        {
          environment: "review",
          secretsMode: "generated",
          protectData: false,
          end: expires.toISOString(),
        },
      );
      assert.deepEqual(Object.keys(parsed?.systems ?? {}), [name]);
      const settings = parsed?.systems[name] as { namespace: string };
      const own = systems[name]?.namespaces?.(settings) ?? { namespace: settings.namespace };
      assert.ok(Object.keys(own).length > 0);
      for (const namespace of Object.values(own)) assert.match(namespace, /^pr-1-[a-z]/);
      const [made, dev] = ["review-pr-1", "dev"].map((stack) =>
        readStackFile(folder, stack, "stackberth"),
      );
      assert.ok(made?.encryptionsalt);
      assert.equal(made.encryptionsalt, dev?.encryptionsalt);
      for (const key of secretKeys) assert.deepEqual(made.values.get(key), dev?.values.get(key));
    });
  }

  it("takes over from dev only the secrets that a person supplied", () => {
    const path = join(folder, "Pulumi.dev.yaml");
    const document = parseDocument(readFileSync(path, "utf8"));
    const smtp = { server: "smtp.example.org", login: "openml", sender: "a@example.org" };
    document.setIn(["config", "stackberth:openml", "smtp"], smtp);
    const ciphertext = { secure: "v1:supplied" };
    document.setIn(["config", "stackberth:openmlSmtpPass"], ciphertext);
    writeFileSync(path, document.toString());
    const dev = fileConfig(folder, "dev");
    const config = (parse(file()) as { config: Record<string, unknown> }).config;
    const declared = Object.entries(systems).flatMap(([name, system]) => {
      const settings: unknown = JSON.parse(dev.config[`stackberth:${name}`] ?? "{}");
      return system.secrets(system.schema.parse(settings));
    });
    assert.deepEqual(config["stackberth:openmlSmtpPass"], ciphertext);
    assert.ok(declared.length > 10);
    for (const { key, kind } of declared) {
      const isThere = `stackberth:${key}` in config;
      const isInDev = dev.secretKeys.includes(`stackberth:${key}`);
      assert.equal(isThere, kind === "user" && isInDev, key);
    }
  });

  it("keeps what dev says of its cluster", () => {
    const path = join(folder, "Pulumi.dev.yaml");
    const dev = parseDocument(readFileSync(path, "utf8"));
    dev.setIn(["config", "kubernetes:context"], "kind-lab");
    dev.setIn(["config", "kubernetes:kubeconfig"], { secure: "v1:encrypted" });
    dev.setIn(["config", "stackberth:deadlineSeconds"], 77);
    writeFileSync(path, dev.toString());
    const { config } = parse(file()) as { config: Record<string, unknown> };
    assert.equal(config["kubernetes:context"], "kind-lab");
    assert.deepEqual(config["kubernetes:kubeconfig"], { secure: "v1:encrypted" });
    assert.equal(config["stackberth:deadlineSeconds"], 77);
  });

  for (const [mode, key, value] of [
    ["external", "secretStore", { name: "vault" }],
    ["sealed", "sealingCertificate", certificate],
  ] as const) {
    it(`is right where dev's secrets are ${mode}`, () => {
      const path = join(folder, "Pulumi.dev.yaml");
      const dev = parseDocument(readFileSync(path, "utf8"));
      dev.setIn(["config", "stackberth:secretsMode"], mode);
      dev.setIn(["config", `stackberth:${key}`], value);
      writeFileSync(path, dev.toString());
      writeFileSync(join(folder, "Pulumi.review-pr-1.yaml"), file(["openms"]));
      const { config, secretKeys } = fileConfig(folder, "review-pr-1");
      const isSecret = (each: string): boolean => secretKeys.includes(each);
      const stack = { project: "stackberth", stack: "review-pr-1", values: config, isSecret };
      assert.deepEqual(parseStack(stack).problems, []);
      const kept = { ...config, [`stackberth:${key}`]: JSON.stringify(value) };
      assert.ok(parseStack({ ...stack, values: kept }).problems.length > 0, "it could stay");
    });
  }

  it("refuses systems that dev does not have", () => {
    assert.throws(
      () => file(["openms", "shop"]),
      /--systems shop: must be among those of stack dev: openms/,
    );
    assert.throws(() => file([]), /must be among those of stack dev/);
  });
});

describe("the end of a review", () => {
  it("stands on every namespace of every system, and on nothing else", async () => {
    const end = "2026-12-31T12:00:00Z";
    const changes = { "stackberth:environment": "review", "stackberth:expires": end };
    const [lasting, ending] = [await collectStack("dev"), await collectStack("dev", changes)];
    const namespaces = ending.objects.filter(({ kind }) => kind === "Namespace");
    assert.ok(namespaces.length >= Object.keys(systems).length);
    const unended = ending.objects.map((object) => {
      if (object.kind !== "Namespace") return object;
      const { annotations, ...metadata } = object.metadata;
      assert.deepEqual(annotations, { "stackberth.dev/expires": end });
      return { ...object, metadata };
    });
    // Objects register as soon as their inputs are known, which the transformation delays.
    const byKey = (objects: readonly KubeObject[]) =>
      Object.fromEntries(objects.map((object) => [keyOf(object), object]));
    assert.deepEqual(byKey(unended), byKey(lasting.objects));
  });
});

/** A cluster with these namespaces and volumes; keeps what is asked of it. */
function clusterOf(namespaces: readonly KubeObject[], volumes: readonly object[] = []) {
  const asked: string[] = [];
  const cluster = {
    labelled: () => Promise.resolve(namespaces),
    delete: ({ metadata }: KubeObject) => {
      asked.push(`delete ${metadata.name}`);
      return Promise.resolve();
    },
    find: () => Promise.resolve(undefined),
    client: {
      json: ({ method = "GET", path }: { method?: string; path: string }) => {
        if (method !== "GET") asked.push(`${method} ${path}`);
        return Promise.resolve({
          items: path.endsWith("persistentvolumes") ? volumes : namespaces,
        });
      },
    },
  };
  return { cluster: cluster as unknown as Cluster, asked };
}

function namespace(name: string, stack: string, expires?: string): KubeObject {
  const annotations = expires === undefined ? {} : { "stackberth.dev/expires": expires };
  const labels = { "stackberth.dev/stack": stack };
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels, annotations } };
}

describe("review stacks in a cluster", () => {
  const [early, late] = ["2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z"];

  it("are those all of whose namespaces say when they end", async () => {
    const { cluster } = clusterOf([
      namespace("pr-1-a", "review-pr-1", early),
      namespace("pr-1-b", "review-pr-1", late),
      namespace("pr-2-a", "review-pr-2", early),
      namespace("pr-2-b", "review-pr-2"),
      namespace("pr-3-a", "review-pr-3", "soon"),
      namespace("prod", "prod", early),
    ]);
    const found = await liveReviews(cluster);
    assert.deepEqual(
      found.map((each) => ({ ...each, expires: each.expires.toISOString() })),
      [
        {
          stack: "review-pr-1",
          review: "pr-1",
          namespaces: ["pr-1-a", "pr-1-b"],
          // A stack ends with its last namespace.
          expires: late,
        },
      ],
    );
  });

  it("are never another stack, whatever name is given", async () => {
    const { cluster, asked } = clusterOf([namespace("prod", "prod")]);
    await assert.rejects(clear(cluster, "prod"), /prod is not a review stack/);
    assert.deepEqual(asked, []);
    assert.equal(reviewOf("prod"), undefined);
    assert.equal(reviewOf(stackOf("pr-1")), "pr-1");
  });

  it("remove volumes with reclaim policy Retain, but nobody else's", async () => {
    const volume = (name: string, of: string, policy: string): object => ({
      metadata: { name },
      spec: { claimRef: { namespace: of }, persistentVolumeReclaimPolicy: policy },
    });
    const { cluster, asked } = clusterOf(
      [namespace("pr-1-a", "review-pr-1", early)],
      [
        volume("kept", "pr-1-a", "Retain"),
        volume("gone", "pr-1-a", "Delete"),
        volume("theirs", "prod", "Retain"),
      ],
    );
    assert.deepEqual(await releaseVolumes(cluster, "review-pr-1"), []);
    assert.deepEqual(asked, ["PATCH /api/v1/persistentvolumes/kept"]);
  });

  it("warn rather than fail where volumes may not be listed", async () => {
    const { cluster } = clusterOf([namespace("pr-1-a", "review-pr-1", early)]);
    const refuse = (status: number): void => {
      const error = new ApiError(status, { message: "no" }, { path: "" });
      Object.assign(cluster.client, { json: () => Promise.reject(error) });
    };
    refuse(403);
    const lines = await releaseVolumes(cluster, "review-pr-1");
    assert.deepEqual(lines, ["volumes with reclaim policy Retain may stay behind: no"]);
    refuse(500);
    await assert.rejects(releaseVolumes(cluster, "review-pr-1"), /no/);
  });

  it("are removed with everything labelled as theirs, namespaces last", async () => {
    const secret = { ...namespace("leftover", "review-pr-1"), kind: "Secret" };
    const { cluster, asked } = clusterOf([namespace("pr-1-a", "review-pr-1", early), secret]);
    assert.equal(await clear(cluster, "review-pr-1"), 2);
    assert.deepEqual(asked, ["delete leftover", "delete pr-1-a"]);
    const { cluster: empty } = clusterOf([]);
    assert.equal(await clear(empty, "review-pr-1"), 0);
  });
});
