import assert from "node:assert/strict";
import { resolve } from "node:path";
import { mock } from "node:test";
import type { KubeObject } from "../../../lib/objects";
import { unwrap } from "../../../tools/offline/mocks";
import { runProgram } from "../../../tools/offline/program";

const fixture = resolve(__dirname, "../../fixtures/program");

/** What a cluster would answer: a Secret has `data`, whichever way it was written. */
const live = (object: KubeObject): Promise<KubeObject> =>
  Promise.resolve({ data: object["stringData"], ...object });

/** Runs the fixture; its objects come back as `answer` has them. */
async function run(config: Record<string, string> = {}, answer = live) {
  const seen: KubeObject[] = [];
  const warnings: string[] = [];
  const outputs = await runProgram({
    root: fixture,
    project: "fixture",
    stack: "dev",
    config: { "fixture:password": "hunter2", ...config },
    secretKeys: ["fixture:password"],
    preview: false,
    passwords: () => "generated",
    onWarning: (text) => warnings.push(text),
    onObject: (object) => {
      seen.push(object);
      return answer(object);
    },
  });
  return { seen, warnings, outputs: new Map(outputs.map((output) => [output.name, output])) };
}

describe("the program, run offline", function () {
  this.timeout(60_000);

  it("gives every object with its secrets unwrapped, dependencies first", async () => {
    const { seen } = await run();
    const keys = seen.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    assert.equal(keys[0], "Namespace/fixture");
    assert.ok(keys.indexOf("Deployment/web") > keys.indexOf("PersistentVolumeClaim/data"));
    assert.ok(keys.indexOf("Ingress/web") > keys.indexOf("Service/web"));
    const secret = seen.find(({ kind }) => kind === "Secret");
    assert.deepEqual(secret?.["stringData"], { password: "hunter2" });
  });

  it("gives the program's warnings, and says none itself", async () => {
    const printed = mock.method(console, "warn", () => undefined);
    try {
      const { warnings } = await run({ "fixture:warning": "mind the gap" });
      assert.deepEqual(warnings, ["mind the gap"]);
      assert.equal(printed.mock.callCount(), 0);
    } finally {
      printed.mock.restore();
    }
  });

  it("resolves outputs from the answers and keeps secret ones secret", async () => {
    const { outputs } = await run({}, (object) => {
      const spec = { ...(object["spec"] as object), clusterIP: "10.0.0.7" };
      return live(object.kind === "Service" ? { ...object, spec } : object);
    });
    assert.deepEqual(outputs.get("address"), { name: "address", value: "10.0.0.7", secret: false });
    assert.equal(outputs.get("password")?.secret, true);
  });

  it("reports an error of the program as one rejection, and runs again after it", async () => {
    await assert.rejects(run({ "fixture:mood": "throws" }), /throws is not allowed/);
    assert.equal((await run()).seen.length, 7);
  });

  it("reports a failed object once and starts nothing that depends on it", async () => {
    const seen: string[] = [];
    const failed = run({}, (object) => {
      seen.push(object.kind);
      return object.kind === "PersistentVolumeClaim"
        ? Promise.reject(new Error("no room"))
        : live(object);
    });
    await assert.rejects(failed, (error: Error) => error.message === "no room");
    assert.ok(!seen.includes("Deployment"));
  });

  it("unwraps secrets at any depth", () => {
    const signature = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
    assert.deepEqual(unwrap({ a: [{ ...signature, value: { b: 1 } }] }), { a: [{ b: 1 }] });
  });
});
