import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf } from "../../lib/errors";
import { noBrowser, openBrowser, shows } from "../support/browser";
import { tryConnections } from "../support/listedConnections";
import { figure, timed } from "../support/figures";
import { metadata, nominal, type Files, writeData } from "../support/mipData";
import { ask, NodeStack, small, urlOf } from "../support/nodeStack";
import { onNode, skipWithoutNode } from "../support/realNode";
import { eventually } from "../support/simulatedNodes";
import { unchanged } from "../support/stackberth";

const name = "test-federation";
const host = "mip.localhost";
const workers = [0, 1, 2];
const roles = [
  ...["controller", "localworker", "globalworker", "aggregationServer", "frontend"],
  ...["portalbackend", "portalbackendDb", "smpc"],
];

const deadline = ["stackberth:deadlineSeconds"];

/** What the runbook restarts. */
const restarted = ["frontend", "portalbackend", "exaflow-controller", "exaflow-aggregation-server"];

const site = (worker: number): string => `site_${String(worker)}`;
const sites = workers.map(site);
/** Of each site 20 people and one whose age is unknown. */
const agesAt = (worker: number): readonly number[] =>
  Array.from({ length: 20 }, (_, index) => 40 + 10 * worker + index);
const model = "tbi:0.1";

/** One site's folder of data. */
const dataOf = (worker: number, ages: readonly (number | string)[]): Files => ({
  "tbi/CDEsMetadata.json": JSON.stringify({
    ...metadata,
    variables: [nominal("dataset", ...sites)],
  }),
  "tbi/a.csv": ["dataset,age", ...[...ages, ""].map((age) => `${site(worker)},${age}`), ""].join(
    "\n",
  ),
  "tbi/b.csv": undefined,
});

/** What a query over some workers' sites must answer. */
function expected(...of: readonly number[]): { count: number; mean: number; std: number } {
  const ages = of.flatMap(agesAt);
  const mean = ages.reduce((sum, age) => sum + age, 0) / ages.length;
  const squares = ages.reduce((sum, age) => sum + (age - mean) ** 2, 0);
  return { count: ages.length, mean, std: Math.sqrt(squares / (ages.length - 1)) };
}

interface Experiment {
  readonly uuid: string;
  readonly status: string;
  readonly result?: {
    readonly workers: readonly string[];
    readonly variables: Readonly<Record<string, { count: number; mean: number; std: number }>>;
    readonly status?: number;
    readonly message?: string;
  };
}

const request = (datasets: readonly string[], flags = {}): object => ({
  name: "Ages",
  algorithm: { name: "describe", inputdata: { data_model: model, datasets, y: ["age"] }, flags },
});

async function services<T>(path: string, json?: object): Promise<T> {
  const { status, body } = await ask(host, `/services/${path}`, json && { json });
  assert.ok(status === 200 || status === 201, `${String(status)} ${body}`);
  return JSON.parse(body) as T;
}

/** Through the whole path: Ingress, front end, portal, controller, workers. */
const query = (datasets: readonly string[], flags?: object): Promise<Experiment> =>
  services("experiments/transient", request(datasets, flags));

function assertAges({ status, result }: Experiment, ...of: readonly number[]): void {
  assert.equal(status, "success", JSON.stringify(result));
  assert.deepEqual(
    result?.workers,
    of.map((worker) => `exaflow-localworker-${String(worker)}`),
  );
  const { count, mean, std } = result?.variables["age"] ?? { count: 0, mean: 0, std: 0 };
  const wanted = expected(...of);
  assert.equal(count, wanted.count);
  assert.ok(Math.abs(mean - wanted.mean) < 1e-4, String(mean));
  assert.ok(Math.abs(std - wanted.std) < 1e-4, String(std));
}

describe("MIP in real containers", function () {
  this.timeout(30 * 60_000);
  let stack: NodeStack;
  const folder = mkdtempSync(join(tmpdir(), "stackberth-mip-"));
  const set = (path: readonly string[], value: unknown): void =>
    stack.set(["stackberth:mip", ...path], value);
  const federation = (path: string, value: unknown): void => {
    stack.set(["stackberth:mip", "federations", "0", path], value);
  };
  /** Copies a worker's folder to its claim, as the runbook says. */
  const copy = async (worker: number, ages: readonly (number | string)[]): Promise<void> => {
    const from = join(folder, site(worker));
    writeData(from, dataOf(worker, ages));
    await stack.operate("dementia: copy the folder PATHOLOGY to the claim of worker 0", {
      PATHOLOGY: `-C ${from} tbi`,
      "localworker-0": `localworker-${String(worker)}`,
    });
  };

  before(async function () {
    skipWithoutNode(this);
    stack = new NodeStack(name, "mip");
    // All of it on one node.
    set(["shareNodes"], true);
    set(["resources"], Object.fromEntries(roles.map((role) => [role, small("1", "1Gi")])));
    set(["engine"], { landscapeUpdateSeconds: 5, smpcResultIntervalSeconds: 1 });
    federation("localnodes", workers.length);
    federation("smpc", { enabled: true, optional: true });
    await stack.succeed("secrets");
    const [, took] = await timed(stack.succeed("up"));
    figure("The first `up` of MIP with three workers and SMPC, until it is ready", took);
  });
  after(async () => {
    await stack?.takeDown();
    rmSync(folder, { recursive: true });
  });

  it("starts each container once, whatever starts first, and then changes nothing", async () => {
    assert.deepEqual(await stack.restarted(), []);
    assert.match(await stack.succeed("up"), unchanged);
  });

  it("loads what its runbook copies to the workers, once it is validated", async () => {
    // Kubernetes begins with the last one.
    for (const worker of workers) await copy(worker, worker === 2 ? ["old"] : agesAt(worker));
    federation("pathologies", ["tbi"]);
    federation("dataRevision", "2");
    stack.set(deadline, 30);
    const { code, output } = await onNode("up", "--stack", name);
    stack.set(deadline, undefined);
    assert.equal(code, 1, output);
    assert.match(output, /tbi\/a\.csv:2: column "age": "old" must be a whole number/);
    await copy(2, agesAt(2));
    await stack.succeed("up");
    const known = await eventually("all datasets", async () => {
      const [first] = await services<{ datasets: readonly string[] }[]>("data-models");
      return first?.datasets.length === sites.length ? first.datasets : undefined;
    });
    assert.deepEqual(known, sites);
  });

  it("answers a query by the sums of all workers, which its DNS names", async () => {
    assertAges(await query(sites), ...workers);
    assertAges(await query([site(2)]), 2);
  });

  it("answers the same by secure computation, of which no player knows a value", async () => {
    assertAges(await query(sites, { smpc: true }), ...workers);
    for (const player of [0, 1, 2]) {
      const pod = `deployment/exaflow-smpc-player${String(player)}`;
      const own = `exaflow-smpc-player${String(player)}`;
      const shares = await stack.inside(pod, own, "cat Data/Player-*/*.json; ls Cert-Store");
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
      await page.goto(urlOf(host));
      await shows(page, `${model}: ${sites.join(", ")}`);
      await page.type("input[name=variable]", "age");
      await page.locator("::-p-text(Describe)").click();
      const { count, mean } = expected(...workers);
      await shows(page, `${String(count)} values of 3 workers, mean ${mean.toFixed(2)}`);
    } finally {
      await browser.close();
    }
  });

  it("prepares its database once, and keeps an experiment when the database restarts", async () => {
    const { uuid } = await services<Experiment>("experiments", request(sites));
    const finished = (): Promise<Experiment | undefined> =>
      services<Experiment>(`experiments/${uuid}`)
        .then((found) => (found.status === "pending" ? undefined : found))
        .catch(() => undefined);
    const result = await eventually("the end of the experiment", finished);
    assertAges(result, ...workers);
    const history = "SELECT * FROM flyway_schema_history; SELECT oid, datname FROM pg_database";
    const sql = `psql -U postgres -AtX -d portal -c "${history}"`;
    const inDatabase = (): Promise<string> =>
      stack.inside("statefulset/portal-db", "portal-db", sql);
    const prepared = await inDatabase();
    assert.match(prepared, /^1\|.*\n2\|/);

    const [database = ""] = await stack.podsOf("portal-db");
    const backends = await stack.podsOf("portalbackend");
    await stack.kubectl("delete", database);
    await stack.kubectl("rollout", "status", "statefulset/portal-db", "--timeout=180s");
    assert.deepEqual(await eventually("the experiment", finished), result);
    assert.deepEqual(await stack.podsOf("portalbackend"), backends);
    assert.deepEqual(await stack.restarted(), []);
    assert.match(await stack.succeed("up"), unchanged);

    // A new pod of the backend runs the bootstrap again.
    const old = (await Promise.all(restarted.map((each) => stack.podsOf(each)))).flat();
    await stack.operate("dementia: restart the portal and Exaflow");
    await stack.operate("dementia: wait until the portal is ready");
    for (const each of restarted)
      await stack.kubectl("rollout", "status", `deployment/${each}`, "--timeout=300s");
    // The node's Traefik still sends requests to pods that are about to end.
    await stack.kubectl("wait", "--for=delete", ...old, "--timeout=120s");
    const again = "logs deployment/portalbackend --container database-init";
    assert.match(await stack.kubectl(...again.split(" ")), /^database portal is ready/m);
    assert.deepEqual(await eventually("the experiment", finished), result);
    assert.equal(await inDatabase(), prepared);
    figure("MIP's database deleted, and its bootstrap run again", "nothing lost or made anew");
  });

  it("says which data are missing while a worker is lost, and is whole once it is back", async () => {
    const scale = (replicas: number): Promise<string> =>
      stack.kubectl("scale", "statefulset/exaflow-localworker", `--replicas=${String(replicas)}`);
    const answers = async (): Promise<Experiment | undefined> => {
      const answer = await query(sites);
      return answer.status === "success" ? answer : undefined;
    };
    await eventually("a whole answer", answers);
    await scale(2);
    const failed = await eventually("a query that fails", async () => {
      // One that was on its way to the worker ends by the time limit of the portal's nginx.
      const answer = await query(sites).catch((error: unknown) => {
        assert.match(messageOf(error), /^504 /);
        return undefined;
      });
      return answer?.result?.status === 460 ? answer : undefined;
    });
    assert.match(failed.result?.message ?? "", /Datasets \['site_2'\] of 'tbi:0\.1'/);
    assertAges(await query([site(0), site(1)]), 0, 1);
    const [, took] = await timed(scale(3).then(() => eventually("all workers", answers)));
    assertAges(await query(sites), ...workers);
    assert.deepEqual(await stack.restarted(), []);
    figure(
      "A worker of MIP is lost and comes back",
      `queries over its data fail and name them, others are answered; whole ${took} after it is started`,
    );
  });

  it("lets connections through as its table of the network says, and no other", async () => {
    const { count, open, listed, outside } = await tryConnections(stack);
    assert.deepEqual(open, listed);
    assert.ok(listed.length > 40, `only ${String(listed.length)} are listed`);
    const [frontend = ""] = await stack.podsOf("frontend");
    assert.deepEqual(outside, [`${frontend.replace("pod/", "")} 80`, "the API server 443"]);
    figure(
      "Connections between pods of MIP, the API server and a pod outside",
      `${String(count)} of ${String(count)} as the network table says`,
    );
  });

  it("is gone as soon as its slowest pod has ended", async () => {
    const [, took] = await timed(stack.succeed("down"));
    figure("MIP taken down, data not protected, where containers take 30 s to end", took);
  });
});
