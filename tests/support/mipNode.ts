import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Files, metadata, nominal, writeData } from "./mipData";
import { ask, NodeStack, small } from "./nodeStack";
import { eventually } from "./simulatedNodes";

const roles = [
  ...["controller", "localworker", "globalworker", "aggregationServer", "frontend"],
  ...["portalbackend", "portalbackendDb", "smpc"],
];

/** The dataset of a local worker. */
export const site = (worker: number): string => `site_${String(worker)}`;
/** All that the data model knows, which the workers share. */
export const sites = [0, 1, 2].map(site);
/** Of each site 20 people and one whose age is unknown. */
export const agesAt = (worker: number): readonly number[] =>
  Array.from({ length: 20 }, (_, index) => 40 + 10 * worker + index);
export const model = "tbi:0.1";

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
export function expected(...of: readonly number[]): { count: number; mean: number; std: number } {
  const ages = of.flatMap(agesAt);
  const mean = ages.reduce((sum, age) => sum + age, 0) / ages.length;
  const squares = ages.reduce((sum, age) => sum + (age - mean) ** 2, 0);
  return { count: ages.length, mean, std: Math.sqrt(squares / (ages.length - 1)) };
}

export interface Experiment {
  readonly uuid: string;
  readonly status: string;
  readonly result?: {
    readonly workers: readonly string[];
    readonly variables: Readonly<Record<string, { count: number; mean: number; std: number }>>;
    readonly status?: number;
    readonly message?: string;
  };
}

/** Fails unless an experiment has the right figures of all that these workers have. */
export function assertAges({ status, result }: Experiment, ...of: readonly number[]): void {
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

/** The order for an experiment. */
export const request = (datasets: readonly string[], flags = {}): object => ({
  name: "Ages",
  algorithm: { name: "describe", inputdata: { data_model: model, datasets, y: ["age"] }, flags },
});

/** A federation of MIP on the node, in a stack of its own. */
export class MipNode {
  readonly stack: NodeStack;
  private readonly folder = mkdtempSync(join(tmpdir(), "stackberth-mip-"));

  constructor(
    name: string,
    readonly host: string,
    private readonly localnodes: number,
  ) {
    this.stack = new NodeStack(name, "mip");
    const set = (path: readonly string[], value: unknown): void =>
      this.stack.set(["stackberth:mip", ...path], value);
    // All of it on one node.
    set(["shareNodes"], true);
    set(["resources"], Object.fromEntries(roles.map((role) => [role, small("1", "1Gi")])));
    set(["engine"], { landscapeUpdateSeconds: 5, smpcResultIntervalSeconds: 1 });
    this.set(["localnodes"], localnodes);
    this.set(["exposure", "hosts"], [host]);
  }

  /** Sets a value of the federation. */
  set(path: readonly string[], value: unknown): void {
    this.stack.set(["stackberth:mip", "federations", "0", ...path], value);
  }

  async takeDown(): Promise<void> {
    await this.stack.takeDown();
    rmSync(this.folder, { recursive: true });
  }

  /** Copies a worker's folder to its claim, as the runbook says. */
  async copy(worker: number, ages: readonly (number | string)[] = agesAt(worker)): Promise<void> {
    const from = join(this.folder, site(worker));
    writeData(from, dataOf(worker, ages));
    await this.stack.operate("dementia: copy the folder PATHOLOGY to the claim of worker 0", {
      PATHOLOGY: `-C ${from} tbi`,
      "localworker-0": `localworker-${String(worker)}`,
    });
  }

  /** Has the next `up` load what was copied. */
  loadData(): void {
    this.set(["pathologies"], ["tbi"]);
    this.set(["dataRevision"], "2");
  }

  /** Waits until the controller knows the data of all workers, and of no other. */
  async knowsAllData(): Promise<void> {
    const known = await eventually("all datasets", async () => {
      const [first] = await this.services<{ datasets: readonly string[] }[]>("data-models");
      return first?.datasets.length === this.localnodes ? first.datasets : undefined;
    });
    assert.deepEqual(known, sites.slice(0, this.localnodes));
  }

  /** What the portal answers. @param json - Sent by POST. @default - GET */
  async services<T>(path: string, json?: object): Promise<T> {
    const { status, body } = await ask(this.host, `/services/${path}`, json && { json });
    assert.ok(status === 200 || status === 201, `${String(status)} ${body}`);
    return JSON.parse(body) as T;
  }

  /** Through the whole path: Ingress, front end, portal, controller, workers. */
  query(datasets: readonly string[], flags?: object): Promise<Experiment> {
    return this.services("experiments/transient", request(datasets, flags));
  }
}
