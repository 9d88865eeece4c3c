import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  handedOver,
  type Maker,
  movedNamespaces,
  refusedReplacement,
} from "../../../lib/liveChanges";
import type { KubeObject } from "../../../lib/objects";
import { compareStack } from "../../../tools/diff/compare";
import type { Loss } from "../../../tools/diff/report";
import {
  inPlace,
  type LiveChange,
  refused,
  allChanges,
  leaving,
  machines,
  systemsOfStack,
  write,
  writeBase,
} from "../../support/liveChanges";
import { onMachines } from "../../support/mipStack";
import { root, TestStack } from "../../support/stackberth";
import { collectStack, fileConfig } from "../../support/stacks";

// The cluster's spec runs beside this one, and has a file of its own.
const fileName = "test-changes-diff";

describe("diff: changes of a deployed stack", () => {
  let stack: TestStack;
  let base: readonly KubeObject[];

  const collect = async (): Promise<readonly KubeObject[]> => {
    const { config, secretKeys } = fileConfig(root, fileName);
    const plain = Object.entries(config).filter(([key]) => !secretKeys.includes(key));
    return (await collectStack("dev", Object.fromEntries(plain))).objects;
  };
  const losses = async (changes: readonly LiveChange[]): Promise<readonly Loss[]> => {
    write(stack, changes, "to");
    try {
      return compareStack(fileName, base, await collect(), []).losses;
    } finally {
      write(stack, changes, "from");
    }
  };

  before(async () => {
    stack = new TestStack(fileName, "dev", systemsOfStack);
    writeBase(stack);
    base = await collect();
  });
  after(() => stack.remove());

  for (const group of refused) {
    const [told, untold] = [false, true].map((only) =>
      group.filter(({ refused: says, clusterOnly = false }) => says && clusterOnly === only),
    );
    it(`refuses ${[...new Set(told?.map(({ setting }) => setting))].join(", ")}`, async () => {
      const found = await losses(group);
      const said = found.map(({ name, why }) => `${name}: ${why}`).join("\n");
      for (const each of told ?? []) assert.match(said, each.refused as RegExp);
      for (const each of untold ?? []) assert.doesNotMatch(said, each.refused as RegExp);
    });
  }

  it("refuses none of those that are made in place", async () => {
    assert.deepEqual(await losses(inPlace), []);
    assert.deepEqual(await losses(leaving), []);
  });
});

describe("changes of a deployed stack", () => {
  it("have a line each in docs/operations.md", () => {
    const text = readFileSync(join(root, "docs/operations.md"), "utf8");
    const table = text.slice(text.indexOf("| setting that changes |"));
    const lines = table.slice(0, table.indexOf("<!--")).trim().split("\n").slice(2);
    const listed = lines.map((line) => line.split(" | ")[0]?.replace(/^\| /, ""));
    const tested = new Set([...allChanges.map(({ setting }) => setting), machines]);
    assert.deepEqual([...listed].sort(), [...tested].sort());
  });

  it(`refuse ${machines}: the folder stays where it is`, async () => {
    const on = async (worker: string): Promise<KubeObject> => {
      const stack = await onMachines({
        localnodes: 1,
        nodes: { master: "vm-0", workers: [worker] },
      });
      const name = "mip-demo-csvs-exaflow-localworker-0";
      return stack.find("PersistentVolume", name);
    };
    const found = refusedReplacement(await on("vm-1"), await on("vm-2"));
    assert.match(found?.why ?? "", /nodeAffinity.* vm-1 → vm-2.*data stays on the old volume/);
    const way =
      /kubectl delete pvc csvs-exaflow-localworker-0 -n mip-demo .*kubectl delete pv mip-demo-csvs/;
    assert.match(found?.way ?? "", way);
  });

  const makers: readonly Maker[] = ["up", "you", "ExternalSecret", "SealedSecret"];
  const ways: Readonly<Record<Maker, RegExp>> = {
    up: /kubectl delete secret s -n n/,
    you: /kubectl delete secret s -n n/,
    ExternalSecret: /kubectl delete externalsecret s -n n/,
    SealedSecret: /kubectl delete sealedsecret s -n n/,
  };
  for (const old of makers) {
    for (const now of makers) {
      it(`a Secret made by ${old}, then by ${now}: ${old === now ? "passes" : "is refused"}`, () => {
        const of = (maker: Maker) => new Map([["n/s", maker]]);
        const [found] = handedOver(of(old), of(now));
        if (old === now) assert.equal(found, undefined);
        else assert.match(found?.way ?? "", now === "you" ? /secretNames/ : ways[old]);
        // Once it is deleted, and nobody has made it, the change is made.
        assert.deepEqual(handedOver(new Map(), of(now)), []);
      });
    }
  }

  const object = (kind: string, name: string, more: object = {}): KubeObject => ({
    apiVersion: "v1",
    kind,
    metadata: { name, labels: { "app.kubernetes.io/part-of": "shop" }, ...more },
  });
  const claim = object("PersistentVolumeClaim", "data", {
    namespace: "old",
    annotations: { "stackberth.dev/retain": "true" },
  });
  const running = object("Deployment", "web", { namespace: "old" });
  const [old, next] = [object("Namespace", "old"), object("Namespace", "new")];

  it("refuse a namespace that moves away from protected volumes, not one that goes or has gone", () => {
    assert.equal(movedNamespaces([old, claim, running], [next]).length, 1);
    assert.deepEqual(movedNamespaces([old, claim, running], []), []);
    assert.deepEqual(movedNamespaces([old, claim, running], [old, next]), []);
    assert.deepEqual(movedNamespaces([old, claim], [next]), []);
    const free = object("PersistentVolumeClaim", "data", { namespace: "old" });
    assert.deepEqual(movedNamespaces([old, free, running], [next]), []);
  });

  it("let a claim template grow, and refuse another one, with a way that leaves the pods", () => {
    const set = (name: string, storage: string): KubeObject => ({
      ...object("StatefulSet", "db", { namespace: "n" }),
      apiVersion: "apps/v1",
      spec: {
        volumeClaimTemplates: [
          { metadata: { name }, spec: { resources: { requests: { storage } } } },
        ],
      },
    });
    assert.equal(refusedReplacement(set("data", "1Gi"), set("data", "2Gi")), undefined);
    const found = refusedReplacement(set("data", "1Gi"), set("other", "1Gi"));
    assert.match(found?.way ?? "", /kubectl delete statefulset db -n n --cascade=orphan/);
  });
});
