import assert from "node:assert/strict";
import { noBrowser, openBrowser, shows } from "../support/browser";
import { tryConnections } from "../support/listedConnections";
import { figure, timed } from "../support/figures";
import { agesAt, assertAges, expected, MipNode, model, site, sites } from "../support/mipNode";
import { urlOf } from "../support/nodeStack";
import { onNode, skipWithoutNode } from "../support/realNode";
import { unchanged } from "../support/stackberth";

const workers = [0, 1, 2];
const deadline = ["stackberth:deadlineSeconds"];

describe("MIP in real containers", function () {
  this.timeout(30 * 60_000);
  let mip: MipNode;

  before(async function () {
    skipWithoutNode(this);
    mip = new MipNode("test-federation", "mip.localhost", workers.length);
    mip.set(["smpc"], { enabled: true, optional: true });
    await mip.stack.succeed("secrets");
    const [, took] = await timed(mip.stack.succeed("up"));
    figure("The first `up` of MIP with three workers and SMPC, until it is ready", took);
  });
  after(async () => {
    await (mip as MipNode | undefined)?.takeDown();
  });

  it("starts each container once, whatever starts first, and then changes nothing", async () => {
    assert.deepEqual(await mip.stack.restarted(), []);
    assert.match(await mip.stack.succeed("up"), unchanged);
  });

  it("loads what its runbook copies to the workers, once it is validated", async () => {
    // Kubernetes begins with the last one.
    for (const worker of workers) await mip.copy(worker, worker === 2 ? ["old"] : agesAt(worker));
    mip.loadData();
    mip.stack.set(deadline, 30);
    const { code, output } = await onNode("up", "--stack", mip.stack.name);
    mip.stack.set(deadline, undefined);
    assert.equal(code, 1, output);
    assert.match(output, /tbi\/a\.csv:2: column "age": "old" must be a whole number/);
    await mip.copy(2);
    await mip.stack.succeed("up");
    await mip.knowsAllData();
  });

  it("answers a query by the sums of all workers, which its DNS names", async () => {
    assertAges(await mip.query(sites), ...workers);
    assertAges(await mip.query([site(2)]), 2);
  });

  it("answers the same by secure computation, of which no player knows a value", async () => {
    assertAges(await mip.query(sites, { smpc: true }), ...workers);
    for (const player of [0, 1, 2]) {
      const pod = `deployment/exaflow-smpc-player${String(player)}`;
      const own = `exaflow-smpc-player${String(player)}`;
      const shares = await mip.stack.inside(pod, own, "cat Data/Player-*/*.json; ls Cert-Store");
      assert.match(shares, /\d{30,}/);
      assert.match(shares, new RegExp(`RootCA.crt\nplayer${String(player)}.crt`));
    }
  });

  it("shows a browser the portal, and runs a query from it", async function () {
    const reason = noBrowser();
    if (reason !== undefined) {
      console.log(`    skipped: ${reason}`);
      this.skip();
    }
    const browser = await openBrowser();
    try {
      const page = await browser.newPage();
      await page.goto(urlOf(mip.host));
      await shows(page, `${model}: ${sites.join(", ")}`);
      await page.type("input[name=variable]", "age");
      await page.locator("::-p-text(Describe)").click();
      const { count, mean } = expected(...workers);
      await shows(page, `${String(count)} values of 3 workers, mean ${mean.toFixed(2)}`);
    } finally {
      await browser.close();
    }
  });

  it("lets connections through as its table of the network says, and no other", async () => {
    const { count, open, listed, outside } = await tryConnections(mip.stack);
    assert.deepEqual(open, listed);
    assert.ok(listed.length > 40, `only ${String(listed.length)} are listed`);
    const [frontend = ""] = await mip.stack.podsOf("frontend");
    assert.deepEqual(outside, [`${frontend.replace("pod/", "")} 80`, "the API server 443"]);
    figure(
      "Connections between pods of MIP, the API server and a pod outside",
      `${String(count)} of ${String(count)} as the network table says`,
    );
  });

  it("is gone as soon as its slowest pod has ended", async () => {
    const [, took] = await timed(mip.stack.succeed("down"));
    figure("MIP taken down, data not protected, where containers take 30 s to end", took);
  });
});
