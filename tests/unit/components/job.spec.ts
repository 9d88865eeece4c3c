import assert from "node:assert/strict";
import { Job, type JobArgs, type Namespace, ConfigMap } from "../../../components";
import { assertParents, inPod, itRefuses, objectsIn, pod } from "../../support/components";
import { one, read } from "../../support/deploy";

const make =
  (args: Partial<JobArgs> = {}) =>
  (namespace: Namespace) =>
    new Job("init-db", { namespace, ...pod, ...args });
const job = async (args: Partial<JobArgs> = {}) => one(await objectsIn(make(args)), "Job");
const withConfig = async (text: string): Promise<string> => {
  const found = await objectsIn((namespace) => {
    const config = new ConfigMap("config", { namespace, data: { "a.json": text } });
    new Job("init-db", { namespace, ...pod, mounts: [{ from: config, path: "/etc/app" }] });
  });
  return one(found, "Job").metadata.name;
};

describe("Job", () => {
  it("has sensible defaults", async () => {
    const found = await objectsIn(make());
    const made = one(found, "Job");
    const { template: _template, ...spec } = made.spec as Record<string, unknown>;
    assert.deepEqual(spec, { backoffLimit: 3, activeDeadlineSeconds: 300 });
    assert.equal(inPod(made, "spec.restartPolicy"), "OnFailure");
    assert.match(made.metadata.name, /^init-db-[0-9a-f]{8}$/);
    // Once failed, the next `up` runs it again.
    assert.deepEqual(made.metadata.annotations, {
      "pulumi.com/timeoutSeconds": "300",
      "pulumi.com/replaceUnready": "true",
    });
    assertParents(found, "Job");
  });

  it("accepts every argument", async () => {
    const made = await job({
      name: "migrate",
      backoffLimit: 0,
      activeDeadlineSeconds: 7,
      ttlSecondsAfterFinished: 0,
      restartPolicy: "Never",
    });
    assert.match(made.metadata.name, /^migrate-/);
    assert.equal(read(made.spec, "backoffLimit"), 0);
    assert.equal(read(made.spec, "activeDeadlineSeconds"), 7);
    assert.equal(read(made.spec, "ttlSecondsAfterFinished"), 0);
    assert.equal(inPod(made, "spec.restartPolicy"), "Never");
  });

  it("is waited for as long as it may take, and at least for the namespace's deadline", async () => {
    for (const [activeDeadlineSeconds, waits] of [
      [7, "300"],
      [900, "900"],
    ] as const) {
      const made = await job({ activeDeadlineSeconds });
      assert.equal(made.metadata.annotations?.["pulumi.com/timeoutSeconds"], waits);
    }
  });

  itRefuses([
    [
      "a negative number of tries",
      make({ backoffLimit: -1 }),
      "backoffLimit",
      /whole number of at least 0, not -1/,
    ],
    [
      "half a try",
      make({ backoffLimit: 1.5 }),
      "backoffLimit",
      /whole number of at least 0, not 1\.5/,
    ],
    ["a name in capitals", make({ name: "Init" }), "name", /"Init" is not a Kubernetes name/],
    ["a name that is too long", make({ name: "x".repeat(64) }), "name", /at most 63/],
    [
      "an image that changes",
      make({ image: "app:latest" }),
      "image",
      /:latest" is not an image with a version/,
    ],
  ]);

  it("has the same name for the same work", async () => {
    assert.equal((await job()).metadata.name, (await job()).metadata.name);
    assert.equal(await withConfig("1"), await withConfig("1"));
  });

  it("has another name for another image or configuration", async () => {
    const names = [
      (await job()).metadata.name,
      (await job({ image: "example.org/app:2" })).metadata.name,
      (await job({ env: { A: "1" } })).metadata.name,
      (await job({ args: ["x"] })).metadata.name,
      await withConfig("1"),
      await withConfig("2"),
    ];
    assert.equal(new Set(names).size, names.length, names.join(" "));
  });

  it("has a name of at most 63 characters", async () => {
    const { name } = (await job({ name: "n".repeat(63) })).metadata;
    assert.equal(name.length, 63);
    assert.match(name, /^n+-[0-9a-f]{8}$/);
  });
});
