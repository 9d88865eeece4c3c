import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { isJson, type Json, textAt } from "../../lib/objects";
import { root } from "../support/stackberth";
import {
  allJobs,
  workflow,
  workflowFiles,
  workflowFolder,
  workflowText,
  type Workflow,
} from "../support/workflows";

const scripts = (
  JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: object }
).scripts;

/** What must hold of every workflow; what does not, in words. */
const rules: Readonly<Record<string, (text: string, parsed: Workflow) => readonly string[]>> = {
  pinned: (text) => {
    const uses = [...text.matchAll(/uses: (.*)$/gm)].map(([, action = ""]) => action);
    return uses.filter((action) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action));
  },
  scripted: (_text, { jobs }) => {
    const runs = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
    return runs.filter((run) => {
      const script = /^npm run ([\w:-]+)( -- [^|&;<>`$()]*("\$[A-Z]+"[^|&;<>`$()]*)*)?$/.exec(run);
      const known = script?.[1] !== undefined && script[1] in scripts;
      return !known && run !== "npm ci" && run !== "npm test";
    });
  },
  unprivileged: (_text, { permissions, jobs }) => [
    ...(Object.keys(permissions ?? { all: "" }).length > 0 ? ["permissions are not {}"] : []),
    ...Object.entries(jobs)
      .filter(([, job]) => job.permissions === undefined || job.permissions["contents"] !== "read")
      .map(([name]) => `${name} has no permissions of its own`),
  ],
  untrusting: (text) => ["pull_request_target", "workflow_run"].filter((it) => text.includes(it)),
  forgetful: (_text, { jobs }) =>
    Object.entries(jobs)
      .filter(([, { steps }]) =>
        steps.some((step) => {
          const isCheckout = step.uses?.startsWith("actions/checkout") === true;
          return isCheckout && step.with?.["persist-credentials"] !== false;
        }),
      )
      .map(([name]) => `${name} leaves the token in the checkout`),
  uninjected: (_text, { jobs }) =>
    Object.values(jobs).flatMap(({ steps }) =>
      steps.flatMap(({ run = "" }) => (run.includes("${{") ? [run] : [])),
    ),
  guarded: (_text, { jobs }) =>
    Object.entries(jobs)
      .filter(([, job]) => JSON.stringify(job).includes("secrets."))
      .filter(([, { environment }]) => environment === undefined)
      .map(([name]) => `${name} has secrets outside of an environment`),
  bounded: (_text, { jobs, concurrency }) => [
    ...(concurrency?.group ? [] : ["no concurrency group"]),
    ...Object.entries(jobs)
      .filter(([, job]) => job["timeout-minutes"] === undefined)
      .map(([name]) => `${name} may run for ever`),
  ],
};

const broken: Readonly<Record<keyof typeof rules, (text: string) => string>> = {
  pinned: (text) => text.replace(/@[0-9a-f]{40} # /, "@"),
  scripted: (text) => text.replace("run: npm ci", "run: make"),
  unprivileged: (text) => text.replace("permissions: {}", "permissions: read-all"),
  untrusting: (text) => text.replace(/pull_request:|schedule:|push:/, "pull_request_target:"),
  forgetful: (text) => text.replace("persist-credentials: false", "fetch-depth: 1"),
  uninjected: (text) => text.replace("run: npm ci", "run: npm ci ${{ github.head_ref }}"),
  guarded: (text) => text.replace(/^ +environment: .*\n/gm, ""),
  bounded: (text) => text.replace(/ +timeout-minutes: .*\n/, ""),
};

describe("workflows", () => {
  it("are those that the README describes", () => {
    assert.deepEqual(workflowFiles, ["drift.yml", "preview.yml", "review.yml", "up.yml"]);
    const readme = readFileSync(join(root, "README.md"), "utf8");
    for (const file of workflowFiles) assert.ok(readme.includes(`.github/workflows/${file}`), file);
  });

  for (const file of workflowFiles) {
    for (const [name, rule] of Object.entries(rules)) {
      it(`${file} is ${name}, and would be found out`, () => {
        assert.deepEqual(rule(workflowText(file), workflow(file)), []);
        const text = broken[name]?.(workflowText(file)) ?? "";
        assert.notEqual(text, workflowText(file), "nothing is broken");
        assert.notDeepEqual(rule(text, parse(text) as Workflow), []);
      });
    }
  }

  it("show dev and prod side by side, and deploy dev first, prod behind its environment", () => {
    const { jobs } = workflow("preview.yml");
    assert.deepEqual(jobs["preview"]?.strategy?.matrix.stack, ["dev", "prod"]);
    const { dev, prod } = workflow("up.yml").jobs;
    assert.equal(dev?.environment, "dev");
    assert.deepEqual([prod?.environment, prod?.needs], ["prod", "dev"]);
  });

  it("give forks no secrets, and no job that needs them", () => {
    const onPullRequests = allJobs.filter(([name]) => /^(preview|review)\.yml/.test(name));
    const withSecrets = onPullRequests.filter(([, job]) =>
      JSON.stringify(job).includes("secrets."),
    );
    assert.equal(withSecrets.length, 4);
    for (const [name, { if: condition = "" }] of withSecrets) {
      const own = condition.includes("head.repo.full_name == github.repository");
      assert.ok(own || condition.includes("github.event_name == 'schedule'"), name);
    }
  });

  it("are run at night: drift and the sweep of review stacks", () => {
    for (const file of ["drift.yml", "review.yml"]) {
      assert.match(textAt(workflow(file).on, "schedule", 0, "cron"), /^\d+ [2-5] \* \* \*$/);
    }
  });

  for (const [tool, argv, where] of [
    ["actionlint", [], "https://github.com/rhysd/actionlint"],
    ["zizmor", ["--offline", "--persona=auditor", workflowFolder], "https://docs.zizmor.sh"],
  ] as const) {
    it(`please ${tool}`, function () {
      const { status, stdout, stderr, error } = spawnSync(tool, argv, {
        cwd: root,
        encoding: "utf8",
      });
      if (error !== undefined) {
        console.log(`    skipped: no ${tool} on PATH, see ${where}`);
        this.skip();
      }
      assert.equal(status, 0, `${stdout}${stderr}`);
    });
  }
});

describe(".gitlab-ci.yml", () => {
  interface GitlabJob {
    readonly stage: string;
    readonly script: readonly string[];
  }
  const file = parse(readFileSync(join(root, ".gitlab-ci.yml"), "utf8")) as Json;
  const isJob = (value: unknown): value is GitlabJob => isJson(value) && "script" in value;
  const jobs = Object.values(file).filter(isJob);

  /** A command without what each of the two calls its variables and stacks. */
  const plain = (command: string): string =>
    command.replaceAll(/"\$[A-Z_]+"|(?<=--stack )(dev|prod)\b/g, "X");

  it("runs the same commands as the workflows", () => {
    const github = allJobs.flatMap(([, { steps }]) => steps.flatMap(({ run }) => run ?? []));
    const gitlab = jobs.flatMap(({ script }) => script);
    const once = (commands: readonly string[]): string[] =>
      [...new Set(commands.filter((each) => each !== "npm ci").map(plain))].sort();
    assert.ok(once(gitlab).length >= 8);
    assert.deepEqual(once(gitlab), once(github));
  });

  it("has a job in each of its stages", () => {
    const used = new Set(jobs.map(({ stage }) => stage));
    assert.deepEqual([...used], file["stages"]);
  });
});
