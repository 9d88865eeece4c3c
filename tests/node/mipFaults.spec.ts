import assert from "node:assert/strict";
import { messageOf } from "../../lib/errors";
import { figure, timed } from "../support/figures";
import { assertAges, type Experiment, MipNode, request, site } from "../support/mipNode";
import { skipWithoutNode } from "../support/realNode";
import { eventually } from "../support/simulatedNodes";
import { unchanged } from "../support/stackberth";

/** The datasets of both workers. */
const both = [site(0), site(1)];

/** What the runbook restarts. */
const restarted = ["frontend", "portalbackend", "exaflow-controller", "exaflow-aggregation-server"];

describe("MIP in real containers, when a part of it is lost", function () {
  this.timeout(30 * 60_000);
  let mip: MipNode;

  before(async function () {
    skipWithoutNode(this);
    mip = new MipNode("test-faults", "mip-faults.localhost", both.length);
    await mip.stack.succeed("secrets");
    await mip.stack.succeed("up");
    for (const worker of both.keys()) await mip.copy(worker);
    mip.loadData();
    await mip.stack.succeed("up");
    await mip.knowsAllData();
  });
  after(async () => {
    await (mip as MipNode | undefined)?.takeDown();
  });

  it("prepares its database once, and keeps an experiment when the database restarts", async () => {
    const { uuid } = await mip.services<Experiment>("experiments", request(both));
    const finished = (): Promise<Experiment | undefined> =>
      mip
        .services<Experiment>(`experiments/${uuid}`)
        .then((found) => (found.status === "pending" ? undefined : found))
        .catch(() => undefined);
    const result = await eventually("the end of the experiment", finished);
    assertAges(result, 0, 1);
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

  it("says which data are missing while a worker is lost, and is whole once it is back", async () => {
    const scale = (replicas: number): Promise<string> =>
      mip.stack.kubectl(
        "scale",
        "statefulset/exaflow-localworker",
        `--replicas=${String(replicas)}`,
      );
    const answers = async (): Promise<Experiment | undefined> => {
      const answer = await mip.query(both);
      return answer.status === "success" ? answer : undefined;
    };
    await eventually("a whole answer", answers);
    await scale(1);
    const failed = await eventually("a query that fails", async () => {
      // One that was on its way to the worker ends by the time limit of the portal's nginx.
      const answer = await mip.query(both).catch((error: unknown) => {
        assert.match(messageOf(error), /^504 /);
        return undefined;
      });
      return answer?.result?.status === 460 ? answer : undefined;
    });
    assert.match(failed.result?.message ?? "", /Datasets \['site_1'\] of 'tbi:0\.1'/);
    assertAges(await mip.query([site(0)]), 0);
    const [, took] = await timed(scale(2).then(() => eventually("all workers", answers)));
    assertAges(await mip.query(both), 0, 1);
    assert.deepEqual(await mip.stack.restarted(), []);
    figure(
      "A worker of MIP is lost and comes back",
      `queries over its data fail and name them, others are answered; whole ${took} after it is started`,
    );
  });
});
