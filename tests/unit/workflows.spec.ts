import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, parseDocument } from "yaml";
import { isJson, type Json, textAt } from "../../lib/objects";
import { KnownCommands } from "../support/knownCommands";
import { root } from "../support/stackberth";
import {
  type Job,
  type NpmCommand,
  npmCommands,
  readWorkflow as read,
  type Step,
  stepsOf,
  workflow,
  workflowFiles,
  workflowFolder,
  workflowText,
} from "../support/workflows";

let temporary = "";
let known: KnownCommands;
before(() => {
  temporary = realpathSync(mkdtempSync(join(tmpdir(), "stackberth-workflows-")));
  // Asked where there is no project that they could do anything to.
  known = new KnownCommands(temporary);
});
after(() => rmSync(temporary, { recursive: true }));

/** What is wrong with commands: that there is no such script, or that it does not take a flag. */
async function unknownCommands(commands: readonly NpmCommand[]): Promise<readonly string[]> {
  const found = commands.map((words) => known.problems(["npm", ...words]));
  return (await Promise.all(found)).flat();
}

const runsOf = (text: string): readonly string[] => stepsOf(text).flatMap(({ run }) => run ?? []);
const hasSecrets = (job: Job): boolean => JSON.stringify(job).includes("secrets.");
const ownBranch = "github.event.pull_request.head.repo.full_name == github.repository";

const isCommenting = ({ uses = "", with: given }: Step): boolean =>
  uses.includes("comment") || given?.["comment-on-pr"] === true;

/** What a job's steps may write, and so its token. */
function isNeeded([scope, level]: readonly [string, string], { steps }: Job): boolean {
  if (scope === "contents") return level === "read";
  if (scope === "pull-requests") return steps.some(isCommenting);
  return scope === "issues" && steps.some(({ run = "" }) => run.includes("gh issue"));
}

interface Rule {
  /** What breaks it in a workflow, in words. */
  readonly find: (text: string) => readonly string[] | Promise<readonly string[]>;
  /** Breaks it in any workflow. */
  readonly broken: (text: string) => string;
}

/** What must hold of every workflow. */
const rules: Readonly<Record<string, Rule>> = {
  readable: {
    find: (text) => parseDocument(text).errors.map(({ message }) => message),
    broken: (text) => text.replace("steps:", "steps: ["),
  },
  pinned: {
    find: (text) => {
      const uses = [...text.matchAll(/\buses: (.*)$/gm)].map(([, action = ""]) => action);
      return uses.filter(
        (action) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action),
      );
    },
    broken: (text) => text.replace(/@[0-9a-f]{40} # /, "@"),
  },
  scripted: {
    find: (text) => unknownCommands(runsOf(text).flatMap(npmCommands)),
    broken: (text) => text.replace("run: npm ci", "run: npm run deploy"),
  },
  "spelled right": {
    find: (text) => unknownCommands(runsOf(text).flatMap(npmCommands)),
    broken: (text) => text.replace("run: npm ci", "run: npm run diff -- --bas main"),
  },
  "strict about pipes": {
    find: (text) => {
      const piped = runsOf(text).filter((run) => run.includes("|"));
      return read(text).defaults?.run.shell === "bash" ? [] : piped;
    },
    broken: (text) =>
      text.replace(/^defaults:\n(?: .*\n)+/m, "").replace("run: npm ci", "run: npm ci | tee out"),
  },
  unprivileged: {
    find: (text) => {
      const { permissions, jobs } = read(text);
      return [
        ...(Object.keys(permissions ?? { all: "" }).length > 0 ? ["permissions are not {}"] : []),
        ...Object.entries(jobs)
          .filter(([, job]) => job.permissions?.["contents"] === undefined)
          .map(([name]) => `${name} has no permissions of its own`),
      ];
    },
    broken: (text) => text.replace("permissions: {}", "permissions: read-all"),
  },
  modest: {
    find: (text) =>
      Object.entries(read(text).jobs).flatMap(([name, job]) =>
        Object.entries(job.permissions ?? {})
          .filter((permission) => !isNeeded(permission, job))
          .map((permission) => `${name} does not need ${permission.join(": ")}`),
      ),
    broken: (text) => text.replace("contents: read", "contents: read\n      packages: write"),
  },
  untrusting: {
    find: (text) => ["pull_request_target", "workflow_run"].filter((it) => text.includes(it)),
    broken: (text) => text.replace(/pull_request:|schedule:|push:/, "pull_request_target:"),
  },
  forgetful: {
    find: (text) =>
      stepsOf(text)
        .filter(({ uses }) => uses?.startsWith("actions/checkout") === true)
        .filter((step) => step.with?.["persist-credentials"] !== false)
        .map(() => "a checkout keeps the token"),
    broken: (text) => text.replace("persist-credentials: false", "fetch-depth: 1"),
  },
  uninjected: {
    find: (text) => runsOf(text).filter((run) => run.includes("${{")),
    broken: (text) => text.replace("run: npm ci", "run: npm ci ${{ github.head_ref }}"),
  },
  guarded: {
    find: (text) =>
      Object.entries(read(text).jobs)
        .filter(([, job]) => hasSecrets(job) && job.environment === undefined)
        .map(([name]) => `${name} has secrets outside of an environment`),
    broken: (text) => text.replace(/^ +environment: .*\n/gm, ""),
  },
  "closed to forks": {
    find: (text) => {
      const { on, jobs } = read(text);
      if (!("pull_request" in on)) return [];
      return Object.entries(jobs)
        .filter(([, job]) => hasSecrets(job))
        .filter(([, { if: condition = "" }]) => {
          return !condition.includes(ownBranch) && !condition.includes("event_name == 'schedule'");
        })
        .map(([name]) => `${name} hands secrets to a fork`);
    },
    broken: (text) =>
      text.includes(ownBranch)
        ? text.replaceAll(ownBranch, "true")
        : text.replace(/^on:\n/m, "on:\n  pull_request:\n"),
  },
  bounded: {
    find: (text) => {
      const { concurrency, jobs } = read(text);
      return [
        ...(concurrency?.group ? [] : ["no concurrency group"]),
        ...Object.entries(jobs)
          .filter(([, job]) => job["timeout-minutes"] === undefined)
          .map(([name]) => `${name} may run for ever`),
      ];
    },
    broken: (text) => text.replace(/ +timeout-minutes: .*\n/, ""),
  },
};

describe("workflows", () => {
  it("are those that docs/pull-requests.md describes", () => {
    assert.deepEqual(workflowFiles, ["drift.yml", "preview.yml", "review.yml", "up.yml"]);
    const page = readFileSync(join(root, "docs", "pull-requests.md"), "utf8");
    for (const file of workflowFiles) assert.ok(page.includes(`.github/workflows/${file}`), file);
  });

  for (const file of workflowFiles) {
    for (const [name, { find, broken }] of Object.entries(rules)) {
      it(`${file} is ${name}, and would be found out`, async () => {
        assert.deepEqual(await find(workflowText(file)), []);
        const text = broken(workflowText(file));
        assert.notEqual(text, workflowText(file), "nothing is broken");
        assert.notDeepEqual(await find(text), []);
      });
    }
  }

  const all = workflowFiles.map(workflowText).flatMap(stepsOf);

  it("have one version of each action, and one of the Pulumi CLI", () => {
    const actions = new Set(all.flatMap(({ uses }) => uses ?? []));
    assert.equal(actions.size, new Set([...actions].map((uses) => uses.split("@")[0])).size);
    const pulumi = all.filter(({ uses }) => uses?.startsWith("pulumi/actions") === true);
    assert.deepEqual(
      [...new Set(pulumi.map((step) => step.with?.["pulumi-version"]))],
      ["3.276.0"],
    );
  });

  it("name files of this project", () => {
    const isFile = ([key]: [string, unknown]): boolean => /-(file|path)$/.test(key);
    const files = all.flatMap((step) => Object.entries(step.with ?? {}).filter(isFile));
    assert.ok(files.length >= 2);
    for (const [key, file] of files) assert.ok(existsSync(join(root, String(file))), key);
  });

  it("show dev and prod side by side, and deploy dev first, prod behind its environment", () => {
    const { jobs } = workflow("preview.yml");
    assert.deepEqual(jobs["preview"]?.strategy?.matrix.stack, ["dev", "prod"]);
    const { dev, prod } = workflow("up.yml").jobs;
    assert.equal(dev?.environment, "dev");
    assert.deepEqual([prod?.environment, prod?.needs], ["prod", "dev"]);
  });

  it("comment on no fork's pull request, which its token may not", () => {
    const { diff } = workflow("preview.yml").jobs;
    assert.doesNotMatch(diff?.if ?? "", /fork|full_name/);
    const comments = diff?.steps.filter(isCommenting) ?? [];
    assert.equal(comments.length, 1);
    assert.ok(comments.every(({ if: condition = "" }) => condition.includes(ownBranch)));
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
    readonly before_script?: readonly string[];
    readonly script: readonly string[];
  }
  const file = parse(readFileSync(join(root, ".gitlab-ci.yml"), "utf8")) as Json;
  const isJob = (value: unknown): value is GitlabJob => isJson(value) && "script" in value;
  const jobs = Object.values(file).filter(isJob);
  const prepared = Object.values(file).flatMap((value) => {
    return isJson(value) && "before_script" in value ? (value["before_script"] as string[]) : [];
  });

  it("runs commands of this project, with flags that they take", async () => {
    const lines = [...prepared, ...jobs.flatMap(({ script }) => script)];
    const commands = lines.flatMap(npmCommands);
    assert.equal(commands.length, lines.length, "one command a line");
    assert.ok(commands.length >= 10);
    assert.deepEqual(await unknownCommands(commands), []);
  });

  it("has a job in each of its stages", () => {
    const used = new Set(jobs.map(({ stage }) => stage));
    assert.deepEqual([...used], file["stages"]);
  });
});
