import assert from "node:assert/strict";
import fc from "fast-check";
import { partsOf } from "../../bench/breakdown";
import { describeSlowdown, slowdowns } from "../../bench/compare";
import { criticalPath, lengthOf, worksOf } from "../../bench/criticalPath";
import { slopesOf } from "../../bench/flatness";
import type { Results } from "../../bench/results";
import type { Span } from "../../bench/spans";
import { type Seconds, type Step, steps, type WayName } from "../../bench/steps";

/** Seconds of a first measurement: ours and helm's, the same in each of three rounds. */
const first: Readonly<Record<Step, readonly [number, number]>> = {
  preview: [6, 2],
  "first up": [20, 10],
  "no change": [8, 4],
  "one image changed": [9, 5],
  down: [12, 11],
};

/** A measurement whose figures are those of the first, each times a factor of its own. */
function measured(factor: (step: Step, way: WayName, round: number) => number): Results {
  const seconds: Record<string, Seconds[Step]> = {};
  for (const step of steps) {
    const rounds = (way: WayName, base: number): number[] =>
      [0, 1, 2].map((round) => base * factor(step, way, round));
    const [ours, helm] = first[step];
    seconds[step] = { stackberth: rounds("stackberth", ours), helm: rounds("helm", helm) };
  }
  const machine = { time: "2026-01-01T00:00:00.000Z", node: "v20.0.0", processors: 2 };
  return { ...machine, stackLike: "dev", objects: 100, seconds };
}

const before = measured(() => 1);

describe("the benchmark's comparison", () => {
  for (const planted of steps) {
    it(`finds a planted slowdown of "${planted}", and names that step alone`, () => {
      const now = measured((step, way) => (step === planted && way === "stackberth" ? 1.25 : 1));
      const found = slowdowns(before, now);
      assert.deepEqual(
        found.map(({ step }) => step),
        [planted],
      );
      assert.match(found.map(describeSlowdown).join(), new RegExp(`slower: "${planted}" takes`));
    });
  }

  it("finds a slowdown that helm's own speed hides", () => {
    const now = measured((step, way) => (step === "down" && way === "helm" ? 0.7 : 1));
    assert.deepEqual(
      slowdowns(before, now).map(({ step }) => step),
      ["down"],
    );
  });

  it("finds nothing in noise of 8 %, nor in a machine that is slower as a whole", () => {
    const noise = fc.array(fc.double({ min: 0.92, max: 1.08, noNaN: true }), {
      minLength: 30,
      maxLength: 30,
    });
    fc.assert(
      fc.property(noise, fc.double({ min: 0.5, max: 3, noNaN: true }), (factors, machine) => {
        let next = 0;
        const now = measured(() => machine * (factors[next++] ?? assert.fail()));
        assert.deepEqual(slowdowns(before, now), []);
      }),
    );
  });

  it("finds nothing in one round of three that is far slower than the others", () => {
    const now = measured((_, way, round) => (way === "stackberth" && round === 1 ? 3 : 1));
    assert.deepEqual(slowdowns(before, now), []);
  });

  it("refuses to compare with another stack, and without helm", () => {
    assert.throws(() => slowdowns({ ...before, stackLike: "prod" }, before), /cannot be compared/);
    const alone = { ...before, seconds: { ...before.seconds, down: { stackberth: [1] } } };
    assert.throws(() => slowdowns(before, alone), /"down" was not measured/);
  });
});

describe("the benchmark's breakdown", () => {
  const span = (name: string, begin: number, end: number, isCall = false): Span => ({
    name,
    begin,
    end,
    isCall,
  });
  const monitor = "pulumirpc.ResourceMonitor/RegisterResource";
  const provider = "pulumirpc.ResourceProvider";
  const spans = [
    span("pulumi", 2, 3),
    span("pulumi", 4, 20),
    span("pulumirpc.LanguageRuntime/Run", 5, 19, true),
    span(monitor, 7, 18),
    span(`${provider}/Check`, 7.5, 8, true),
    // The one who answers tells of the same call.
    span(`${provider}/Check`, 7.5, 8),
    span(`${provider}/Create`, 8, 17, true),
    span(`${provider}/Create`, 8.5, 10, true),
  ];
  const traced = { begin: 1, end: 22, spans };

  it("counts each moment once, for the first part that it belongs to", () => {
    assert.deepEqual(partsOf(traced, 1), {
      start: 1,
      // 5 to 7 and 18 to 19.
      program: 3,
      // 2 to 5, 7 to 7.5, 17 to 18 and 19 to 20.
      engine: 5.5,
      // 7.5 to 9.5: the second call's first second ends the last.
      "provider and API server": 2,
      waiting: 7.5,
      afterwards: 2,
    });
  });

  it("has no waiting in a preview, whose calls only ask", () => {
    const parts = partsOf(traced, Infinity);
    assert.equal(parts.waiting, 0);
    assert.equal(parts["provider and API server"], 9.5);
  });

  it("refuses a run of which no trace is there", () => {
    assert.throws(() => partsOf({ ...traced, spans: [] }, 1), /no process of pulumi/);
  });
});

describe("the benchmark's critical path", () => {
  const resource = (urn: string, ...dependencies: string[]) => ({ urn, dependencies });
  const resources = [
    resource("namespace"),
    resource("claim", "namespace"),
    resource("database", "claim"),
    resource("files", "namespace", "not among them"),
    resource("component", "database"),
    { ...resource("web", "files"), parent: "component" },
    { urn: "alone" },
  ];
  const secondsOf = new Map(
    Object.entries({ namespace: 1, claim: 1, database: 10, files: 8, web: 3, alone: 14 }),
  );
  const pathOf = (more: Readonly<Record<string, number>> = {}) =>
    criticalPath(worksOf(resources, new Map([...secondsOf, ...Object.entries(more)])));

  it("is the longest chain, through what took no time itself and what a parent waits for", () => {
    const path = pathOf();
    assert.deepEqual(
      path.map(({ urn }) => urn),
      ["namespace", "claim", "database", "web"],
    );
    assert.equal(lengthOf(path), 15);
  });

  it("is another once something beside it takes longer", () => {
    assert.deepEqual(
      pathOf({ alone: 16 }).map(({ urn }) => urn),
      ["alone"],
    );
    assert.equal(lengthOf(pathOf({ files: 13 })), 17);
  });
});

describe("the benchmark of growth", () => {
  const sizes = [50, 100, 250, 500, 1000, 2000];
  const costs = (cost: (objects: number) => number) =>
    slopesOf(sizes.map((objects) => ({ objects, cost: cost(objects) })));

  it("calls a cost flat that grows with the objects, whatever the start costs", () => {
    const { few, many, isFlat } = costs((objects) => 3000 + 4 * objects);
    assert.deepEqual([few, many, isFlat], [4, 4, true]);
  });

  it("finds a cost that grows with their square, even if a large start hides it", () => {
    assert.equal(costs((objects) => 30_000 + 4 * objects + objects ** 2 / 500).isFlat, false);
  });

  it("needs three sizes", () => {
    assert.throws(() => slopesOf([{ objects: 1, cost: 1 }]), /at least three/);
  });
});
