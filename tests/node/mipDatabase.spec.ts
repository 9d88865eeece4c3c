import assert from "node:assert/strict";
import { figure } from "../support/figures";
import { assertAges, type Experiment, MipNode, request, site } from "../support/mipNode";
import { skipWithoutNode } from "../support/realNode";
import { eventually } from "../support/simulatedNodes";
import { unchanged } from "../support/stackberth";

/** What the runbook restarts. */
const restarted = ["frontend", "portalbackend", "exaflow-controller", "exaflow-aggregation-server"];

describe("MIP's database in real containers", function () {
  this.timeout(30 * 60_000);
  let mip: MipNode;

  before(async function () {
    skipWithoutNode(this);
    mip = new MipNode("test-database", "mip-database.localhost", 1);
    await mip.stack.succeed("secrets");
    await mip.stack.succeed("up");
    await mip.copy(0);
    mip.loadData();
    await mip.stack.succeed("up");
    await mip.knowsAllData();
  });
  after(async () => {
    await (mip as MipNode | undefined)?.takeDown();
  });

  it("is prepared once, and keeps an experiment when it restarts", async () => {
    const { uuid } = await mip.services<Experiment>("experiments", request([site(0)]));
    const finished = (): Promise<Experiment | undefined> =>
      mip
        .services<Experiment>(`experiments/${uuid}`)
        .then((found) => (found.status === "pending" ? undefined : found))
        .catch(() => undefined);
    const result = await eventually("the end of the experiment", finished);
    assertAges(result, 0);
    const history = "SELECT * FROM flyway_schema_history; SELECT oid, datname FROM pg_database";
    const sql = `psql -U postgres -AtX -d portal -c "${history}"`;
    const inDatabase = (): Promise<string> =>
      mip.stack.inside("statefulset/portal-db", "portal-db", sql);
    const prepared = await inDatabase();
    assert.match(prepared, /^1\|.*\n2\|/);

    const [database = ""] = await mip.stack.podsOf("portal-db");
    const backends = await mip.stack.podsOf("portalbackend");
    await mip.stack.kubectl("delete", database);
    await mip.stack.kubectl("rollout", "status", "statefulset/portal-db", "--timeout=180s");
    assert.deepEqual(await eventually("the experiment", finished), result);
    assert.deepEqual(await mip.stack.podsOf("portalbackend"), backends);
    assert.deepEqual(await mip.stack.restarted(), []);
    assert.match(await mip.stack.succeed("up"), unchanged);

    // A new pod of the backend runs the bootstrap again.
    const old = (await Promise.all(restarted.map((each) => mip.stack.podsOf(each)))).flat();
    await mip.stack.operate("dementia: restart the portal and Exaflow");
    await mip.stack.operate("dementia: wait until the portal is ready");
    for (const each of restarted)
      await mip.stack.kubectl("rollout", "status", `deployment/${each}`, "--timeout=300s");
    // The node's Traefik still sends requests to pods that are about to end.
    await mip.stack.kubectl("wait", "--for=delete", ...old, "--timeout=120s");
    const again = "logs deployment/portalbackend --container database-init";
    assert.match(await mip.stack.kubectl(...again.split(" ")), /^database portal is ready/m);
    assert.deepEqual(await eventually("the experiment", finished), result);
    assert.equal(await inDatabase(), prepared);
    figure("MIP's database deleted, and its bootstrap run again", "nothing lost or made anew");
  });
});
