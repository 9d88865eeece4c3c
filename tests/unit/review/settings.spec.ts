import assert from "node:assert/strict";
import { at, type KubeObject, listAt, textAt } from "../../../lib/objects";
import { parseQuantity } from "../../../lib/quantity";
import { ownName, reviewSettings } from "../../../tools/review/settings";
import { systems } from "../../../systems";
import { root } from "../../support/stackberth";
import { systemCases } from "../../support/systems";
import { collectStack, fileConfig } from "../../support/stacks";
import { systemStack } from "../../support/systemStack";

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
