import assert from "node:assert/strict";
import { kubectl } from "../support/kubectl";
import { until } from "../support/simulatedNodes";
import { start, TestStack, unchanged } from "../support/stackberth";
import { live, testCluster, versions } from "../support/testCluster";

const name = "test-deletions";
const flags = ["--stack", name];
const webServer = "deployment/bots-webserver";
/** What the web server needs, so that the engine deletes it later. */
const database = "statefulset/bots-database";

const setFinalizers = (object: string, finalizers: readonly string[]): Promise<string> =>
  kubectl(
    ...["patch", object, "-n", name, "--type=merge", "-p"],
    JSON.stringify({ metadata: { finalizers } }),
  );
/** Keeps an object from being gone, as pods do that take their time to end. */
const hold = (object: string): Promise<string> => setFinalizers(object, ["stackberth.dev/test"]);
const release = (object: string): Promise<string> => setFinalizers(object, []);

/** Waits until somebody has asked for an object's deletion. */
const untilItEnds = (object: string): Promise<void> =>
  until(`the deletion of ${object}`, async () => {
    const printed = ["-o", "jsonpath={.metadata.deletionTimestamp}"];
    return (await kubectl("get", object, "-n", name, ...printed)) !== "";
  });

describe("workloads that take their time to end", function () {
  this.timeout(10 * 60_000);
  const stack = new TestStack(name, "dev", "bots");

  before(async () => {
    await testCluster();
    const { code, output } = await start(["up", ...flags]).done;
    assert.equal(code, 0, output);
  });
  after(() => stack.remove());

  it("are waited for by an up, which makes them anew", async () => {
    await hold(webServer);
    await kubectl("delete", webServer, "-n", name, "--wait=false");
    const up = start(["up", ...flags]);
    await up.printed(/^waiting for the end of Deployment test-deletions\/bots-webserver$/m);
    await release(webServer);
    const { code, output } = await up.done;
    assert.equal(code, 0, output);
    const { metadata } = await live("Deployment", name, "bots-webserver");
    assert.equal(metadata.deletionTimestamp, undefined);
    assert.match((await start(["up", ...flags]).done).output, unchanged);
  });

  it("are stopped at once by a down, also what the engine would delete later", async () => {
    for (const object of [webServer, database]) await hold(object);
    const down = start(["down", ...flags]);
    for (const object of [webServer, database]) await untilItEnds(object);
    for (const object of [webServer, database]) await release(object);
    const { code, output } = await down.done;
    assert.equal(code, 0, output);
    assert.deepEqual(await versions(name), {});
  });
});
