import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import type { KubeObject } from "../../lib/objects";
import { root } from "../support/folders";
import { checkov } from "../support/othersTools/checkov";
import { compared, type Exception, type Finding, table } from "../support/othersTools/findings";
import { conftest, kubeconform, kubeScore, rules } from "../support/othersTools/goTools";
import { releases } from "../support/othersTools/schemas";
import { collectStack, stackNames } from "../support/stacks";

const read = (file: string): unknown =>
  parse(readFileSync(join(root, "tests", "fixtures", file), "utf8"));
const exceptions = read("othersTools.yaml") as Exception[];
const brokenRules = read("conftest.yaml") as Record<string, KubeObject[]>;

/** What each tool must find: no limits, and a field that Kubernetes does not have. */
const broken = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "broken" },
  spec: {
    replica: 1,
    selector: { matchLabels: { app: "web" } },
    template: {
      metadata: { labels: { app: "web" } },
      spec: { containers: [{ name: "web", image: "example.org/web:1" }] },
    },
  },
};

describe("others' tools on the objects of dev and prod", function () {
  this.timeout(600_000);
  const go = ["go", "version"];
  const stacks: Record<string, readonly KubeObject[]> = { broken: [broken] };
  let folder = "";

  before(async () => {
    for (const stack of stackNames) stacks[stack] = (await collectStack(stack)).objects;
  });
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "stackberth-tools-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Skips a test where a program is missing, and says so. */
  function needs(context: Mocha.Context, [program = "", ...words]: readonly string[]): void {
    if (spawnSync(program, words).status === 0) return;
    console.log(
      `    skipped, no \`${[program, ...words].join(" ")}\`: ${context.test?.title ?? ""}`,
    );
    context.skip();
  }

  function findsBroken(findings: readonly Finding[], limits: string): void {
    const bad = findings.filter(({ stack }) => stack === "broken");
    assert.ok(
      bad.some(({ check }) => check === limits),
      `${limits} misses what lacks limits`,
    );
  }

  function settles(tool: string, findings: readonly Finding[]): void {
    const real = findings.filter(({ stack }) => stackNames.some((name) => name === stack));
    const own = exceptions.flatMap(({ checks, ...rest }) =>
      checks
        .filter((check) => check.startsWith(tool))
        .map((check) => ({ ...rest, checks: [check] })),
    );
    const problems = compared(real, own);
    assert.deepEqual(problems, [], `\n${problems.join("\n")}\n\n${table(real)}`);
  }

  it("kubeconform finds all valid, by the strict schemas of each release", async function () {
    needs(this, go);
    const results = await kubeconform(folder, stacks);
    assert.equal(results.length, releases.length * 3);
    for (const { version, stack, valid, problems } of results) {
      const where = `${stack}, ${version}: ${valid} valid`;
      if (stack === "broken") assert.match(problems.join(), /^Deployment web: .*'replica'/, where);
      else assert.deepEqual([valid, problems], [stacks[stack]?.length, []], where);
    }
  });

  it("kube-score finds nothing critical but the exceptions", async function () {
    needs(this, go);
    const findings = await kubeScore(folder, stacks);
    findsBroken(findings, "kube-score container-resources");
    settles("kube-score", findings);
  });

  it("checkov passes all but the exceptions", async function () {
    needs(this, ["python3", "-c", "import ensurepip, venv"]);
    const findings = await checkov(folder, stacks);
    findsBroken(findings, "checkov CKV_K8S_13");
    settles("checkov", findings);
  });

  it("conftest finds what breaks each of our rules, and nothing else but the exceptions", async function () {
    needs(this, go);
    const findings = await conftest(folder, { ...stacks, ...brokenRules });
    for (const [rule, objects] of Object.entries(brokenRules)) {
      const found = findings.filter(({ stack }) => stack === rule);
      const names = objects
        .filter(({ metadata }) => metadata.name.startsWith("broken"))
        .map(
          ({ kind, metadata }) =>
            `conftest ${rule}: ${metadata.namespace ?? ""}, ${kind} ${metadata.name}`,
        );
      const said = found.map(({ check, namespace, object }) => `${check}: ${namespace}, ${object}`);
      assert.deepEqual(said.sort(), names.sort());
    }
    settles("conftest", findings);
  });

  it("has objects that break each of our rules", () => {
    const own = readdirSync(rules).map((each) => each.replace(/\.rego$/, ""));
    assert.deepEqual([...Object.keys(brokenRules), "objects"].sort(), own.sort());
  });

  it("has a reason for each exception", () => {
    const bare = exceptions.filter(
      ({ checks, reason }) => checks.length === 0 || reason.length < 20,
    );
    assert.deepEqual(bare, []);
  });

  it("names what no exception covers, and exceptions that cover nothing", () => {
    const finding = (container: string): Finding => ({
      check: "tool rule",
      stack: "dev",
      namespace: "shop",
      object: "Job load",
      container,
    });
    const covers = { "dev/shop, prod/shop": { "Job load": ["known"] } };
    const exception = { checks: ["tool rule"], reason: "known", covers };
    assert.deepEqual(compared([finding("known"), finding("new")], [exception]), [
      "tool rule, dev/shop, Job load, new: no exception covers it",
      "tool rule, prod/shop, Job load, known: the exception covers nothing",
    ]);
  });
});
