import assert from "node:assert/strict";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ownedBy } from "../../cluster/ownership";
import { describe as nameOf, type KubeObject, listAt, textAt } from "../../lib/objects";
import { systems } from "../../systems";
import { kubectl } from "../support/kubectl";
import { home, root, run } from "../support/stackberth";
import { until } from "../support/simulatedNodes";
import { live, testCluster, versions } from "../support/testCluster";

const fileOf = (review: string): string => join(root, `Pulumi.review-${review}.yaml`);

/** All that a review could leave behind: in the cluster by label and by namespace, and on this machine. */
async function leftovers(review: string): Promise<readonly string[]> {
  const { cluster } = await testCluster();
  const labelled = await cluster.labelled(ownedBy(`review-${review}`));
  const all = await cluster.client.json({ path: "/api/v1/namespaces" });
  const namespaces = listAt(all, "items").map((each) => textAt(each, "metadata", "name"));
  const { items: volumes } = await cluster.client.json({ path: "/api/v1/persistentvolumes" });
  const claims = (volumes as readonly object[]).map((each) =>
    textAt(each, "spec", "claimRef", "namespace"),
  );
  const kept = existsSync(home)
    ? readdirSync(home, { recursive: true, withFileTypes: true }).filter(
        // Pulumi's own logs of its runs are encrypted.
        (each) => each.isFile() && !each.name.endsWith(".log"),
      )
    : [];
  const files = [...kept.map(({ name }) => name), ...readdirSync(root)];
  return [
    ...labelled.map(nameOf),
    ...namespaces.filter((each) => each.startsWith(`${review}-`)),
    ...claims.filter((each) => each.startsWith(`${review}-`)).map((each) => `volume of ${each}`),
    ...files.filter((each) => each.includes(`review-${review}`)),
  ];
}

/** Fails unless nothing is left soon: volumes go a moment after their claims. */
async function assertNothingLeft(review: string): Promise<void> {
  await until("the end of its volumes", async () =>
    (await leftovers(review)).every((each) => !each.startsWith("volume of ")),
  );
  assert.deepEqual(await leftovers(review), []);
}

/** Takes away what another machine would not have: the review's state, with its secrets. */
function forgetState(review: string): void {
  const kept = readdirSync(home, { recursive: true, encoding: "utf8" });
  const own = kept.filter((path) => path.includes(`review-${review}`));
  assert.ok(own.length > 0, "no state: the test is blind");
  for (const path of own) rmSync(join(home, path), { recursive: true, force: true });
}

async function namespacesOf(review: string): Promise<readonly KubeObject[]> {
  const { cluster } = await testCluster();
  const found = await cluster.labelled(ownedBy(`review-${review}`));
  return found.filter(({ kind }) => kind === "Namespace");
}

const review = (...argv: readonly string[]) => run("review", ...argv);

describe("review stacks on the embedded API server", function () {
  this.timeout(25 * 60_000);

  before(() => testCluster());

  describe("of every system", () => {
    const name = "test-all";
    after(() => review("down", name));

    it("come up ready, with namespaces of their own that say when they end", async () => {
      assert.deepEqual(await leftovers(name), []);
      const began = Date.now();
      const { code, output } = await review("up", name, "--ttl-hours", "1");
      assert.equal(code, 0, output);
      const namespaces = await namespacesOf(name);
      assert.equal(namespaces.length, Object.keys(systems).length);
      for (const { metadata } of namespaces) {
        assert.ok(metadata.name.startsWith(`${name}-`), metadata.name);
        const end = Date.parse(metadata.annotations?.["stackberth.dev/expires"] ?? "");
        assert.ok(end >= began + 3_600_000 && end <= Date.now() + 3_600_000, `${end}`);
      }
      // `up` does not wait for what other objects' readiness implies.
      await until("a review that is ready", async () => {
        const status = await run("status", "--stack", `review-${name}`);
        return status.code === 0 && /everything is ready/.test(status.output);
      });
    });

    it("keep their secrets and their pods when they are brought up again, and end later", async () => {
      const ends = async (): Promise<readonly number[]> =>
        (await namespacesOf(name)).map(({ metadata }) =>
          Date.parse(metadata.annotations?.["stackberth.dev/expires"] ?? ""),
        );
      const [before, endBefore] = [await versions(`review-${name}`), await ends()];
      const { code, output } = await review("up", name);
      assert.equal(code, 0, output);
      assert.match(output, /^\d+ updated, \d+ unchanged in/m);
      // They leave out what a Namespace's annotations say.
      assert.deepEqual(await versions(`review-${name}`), before);
      assert.ok(Math.min(...(await ends())) > Math.max(...endBefore));
    });

    it("go wholly, also without the file that says what they are", async () => {
      rmSync(fileOf(name));
      const { code, output } = await review("down", name);
      assert.equal(code, 0, output);
      await assertNothingLeft(name);
    });
  });

  const [system = ""] = Object.keys(systems);
  const up = (name: string, ...flags: readonly string[]) =>
    review("up", name, "--systems", system, ...flags);

  it("are swept away once their time is over, also by a machine that did not make them", async () => {
    const [old, young] = ["test-old", "test-young"];
    const sweeping = async (): Promise<void> => {
      assert.equal((await up(old, "--ttl-hours", "0.0001")).code, 0);
      assert.equal((await up(young)).code, 0);
      // What another machine would not have.
      rmSync(fileOf(old));
      forgetState(old);
      // What a user made beside: a volume whose class keeps it, and an object of no label.
      const namespace = `${old}-${system}`;
      await kubectl("create", "configmap", "by-hand", "-n", namespace);
      const volumes = await kubectl(
        "get",
        "pv",
        "-o",
        `jsonpath={range .items[?(@.spec.claimRef.namespace=="${namespace}")]}{.metadata.name} {end}`,
      );
      const retain = '{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}';
      for (const volume of volumes.split(" ").filter(Boolean)) {
        await kubectl("patch", "pv", volume, "-p", retain);
      }
      const listed = await review("list");
      assert.match(listed.output, new RegExp(`^${old}: ${namespace}; expired$`, "m"));
      assert.match(listed.output, new RegExp(`^${young}: .*; expires in 48 h$`, "m"));
      const { code, output } = await review("sweep");
      assert.equal(code, 0, output);
      assert.match(output, /^1 removed, 1 left$/m);
      await assertNothingLeft(old);
      assert.equal((await namespacesOf(young)).length, 1);
      assert.ok(existsSync(fileOf(young)));
    };
    try {
      await sweeping();
    } finally {
      for (const name of [old, young]) await review("down", name);
    }
    await assertNothingLeft(young);
  });

  it("start anew where their secrets are not known, and say so", async () => {
    const name = "test-moved";
    try {
      assert.equal((await up(name)).code, 0);
      const [before] = await namespacesOf(name);
      rmSync(fileOf(name));
      forgetState(name);
      const { code, output } = await up(name);
      assert.equal(code, 0, output);
      assert.match(
        output,
        /was deployed from elsewhere, and its secrets are only there: starting afresh/,
      );
      const [after] = await namespacesOf(name);
      assert.ok(after && after.metadata.uid !== before?.metadata.uid);
    } finally {
      await review("down", name);
    }
    await assertNothingLeft(name);
  });

  it("take the pods of finished Jobs along, whose volumes could not go else", async () => {
    const { cluster } = await testCluster();
    const argv = ["create", "job", "test-finished", "--image=busybox:1.36", "-n", "default"];
    await kubectl(...argv);
    await kubectl("wait", "job/test-finished", "--for=condition=complete", "--timeout=120s");
    await cluster.delete(await live("Job", "default", "test-finished"));
    const left = ["get", "pods", "-n", "default", "-l", "job-name=test-finished", "-o", "name"];
    await until("the end of its pods", async () => (await kubectl(...left)) === "");
  });

  it("are asked for by name, and leave no file when they are refused", async () => {
    for (const [argv, says] of [
      [["up", "PR_1"], /"PR_1" is not a review name/],
      [["up"], /"" is not a review name/],
      [["up", "a".repeat(31)], /at most 30 characters/],
      [["up", "test-bad", "--systems", "shop"], /--systems shop: must be among those of stack dev/],
      [["up", "test-bad", "--ttl-hours", "0"], /--ttl-hours 0: must be a number above 0/],
      [["remove", "test-bad"], /usage: npm run review -- up NAME/],
    ] as const) {
      const { code, output } = await review(...argv);
      assert.equal(code, 1, output);
      assert.match(output, says);
    }
    assert.deepEqual(await leftovers("test-bad"), []);
    const { code, output } = await review("down", "test-bad");
    assert.equal(code, 0);
    assert.match(output, /nothing to remove/);
  });
});
