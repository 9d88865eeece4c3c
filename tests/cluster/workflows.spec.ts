import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, sep } from "node:path";
import { parseDocument } from "yaml";
import { openStackConfig } from "../../tools/project/stackConfig";
import { systems } from "../../systems";
import { alone } from "../support/alone";
import { installKind, removeKind } from "../support/customResources";
import { FakeForge } from "../support/fakeForge";
import { type Ran, root } from "../support/stackberth";
import { testCluster, versions } from "../support/testCluster";
import { allJobs, type Job, type Step } from "../support/workflows";

const passphrases: Readonly<Record<string, string>> = { dev: "stackberth-dev", prod: "of-prod" };
const installed = spawnSync("pulumi", ["version"]).status === 0;

/** What prod's ingress controller brings. */
const middleware = {
  group: "traefik.io",
  version: "v1alpha1",
  kind: "Middleware",
  plural: "middlewares",
};

/** What runs before this file, or is this: the rest would run itself. */
const elsewhere = ["npm ci", "npm test"];

/** A copy of the project as a CI job checks it out, with a change against its base revision. */
class Checkout {
  readonly folder = mkdtempSync(join(tmpdir(), "stackberth-checkout-"));
  readonly base: string;

  constructor() {
    const left = new Set(["node_modules", ".stackberth", ".git", ".pulumi", "docs", "tests"]);
    const isLeft = (path: string): boolean => left.has(relative(root, path).split(sep)[0] ?? "");
    cpSync(root, this.folder, { recursive: true, filter: (path) => !isLeft(path) });
    symlinkSync(join(root, "node_modules"), join(this.folder, "node_modules"));
    // The embedded cluster has room for one prod at a time, and shall be empty at the end.
    this.edit("prod", ["stackberth:protectData"], false);
    // MAPS' own tests have the namespace that prod has.
    this.edit("prod", ["stackberth:maps", "namespace"], "test-maps-prod");
    // The steps are what is tried here; prod has all systems.
    this.edit("dev", ["stackberth:systems"], ["openms"]);
    this.git("init", "--quiet");
    // .gitignore has the folder; here it is a link.
    writeFileSync(join(this.folder, ".git", "info", "exclude"), "node_modules\n");
    this.base = this.commit("base");
    this.edit("dev", ["stackberth:deadlineSeconds"], 250);
    this.commit("change");
  }

  edit(stack: string, path: readonly string[], value: unknown): void {
    const file = join(this.folder, `Pulumi.${stack}.yaml`);
    const document = parseDocument(readFileSync(file, "utf8"));
    document.setIn(["config", ...path], value);
    writeFileSync(file, document.toString());
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private git(...argv: readonly string[]): string {
    const author = ["-c", "user.name=Test", "-c", "user.email=test@example.org"];
    const options = { cwd: this.folder, encoding: "utf8" } as const;
    const { status, stdout, stderr } = spawnSync("git", [...author, ...argv], options);
    assert.equal(status, 0, stderr);
    return stdout.trim();
  }

  private commit(message: string): string {
    this.git("add", "--all");
    this.git("commit", "--quiet", "--message", message);
    return this.git("rev-parse", "HEAD");
  }
}

type Finished = Pick<Ran, "code" | "output">;

/** Runs a shell command to its end, as a step does. */
function shell(
  command: string,
  cwd: string,
  env: NodeJS.ProcessEnv,
  input = "",
): Promise<Finished> {
  const child = spawn("bash", ["-eo", "pipefail", "-c", command], { cwd, env });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stdin.end(input);
  return new Promise((settle) => child.on("close", (code) => settle({ code, output })));
}

describe("the workflows' steps, one after the other, on the embedded API server", function () {
  this.timeout(40 * 60_000);
  let [checkout, forge, kubeconfig]: [Checkout?, FakeForge?, string?] = [];
  const ran = new Set<string>();
  const summary = (): string => join(checkout?.folder ?? "", "..", `${process.pid}-summary.md`);
  const event = (): string => join(checkout?.folder ?? "", "..", `${process.pid}-event.json`);

  before(async () => {
    const { embedded } = await testCluster();
    kubeconfig = readFileSync(embedded.kubeconfig, "utf8");
    forge = await FakeForge.start();
    await installKind(middleware);
    checkout = new Checkout();
    writeFileSync(event(), JSON.stringify({ pull_request: { number: 123 } }));
    await supplySecrets(checkout.folder);
  });
  after(async () => {
    for (const path of [summary(), event()]) rmSync(path, { force: true });
    checkout?.remove();
    await forge?.stop();
    await removeKind(middleware);
  });

  /** Prod has no secrets of its own yet: makes them, with a text for each that a person supplies. */
  async function supplySecrets(folder: string): Promise<void> {
    const env = { ...process.env, PULUMI_CONFIG_PASSPHRASE: passphrases["prod"] };
    const { config } = openStackConfig(folder, "prod", "");
    await shell("node tools/cli/start.cjs secrets --stack prod", folder, env);
    for (const name of JSON.parse(config["stackberth:systems"] ?? "[]") as string[]) {
      const settings: unknown = JSON.parse(config[`stackberth:${name}`] ?? "{}");
      const declared = systems[name]?.secrets(systems[name].schema.parse(settings)) ?? [];
      for (const { key, length, format } of declared.filter(({ kind }) => kind === "user")) {
        const command = `node tools/cli/start.cjs secrets --stack prod --set ${key}`;
        const value = format?.example ?? "x".repeat(length + 8);
        const { code, output } = await shell(command, folder, env, value);
        assert.equal(code, 0, output);
      }
    }
  }

  /** What an expression gives; fails for one that no step has had so far. */
  function evaluate(text: string, stack: string): string {
    const values: Readonly<Record<string, string | undefined>> = {
      "github.event.pull_request.base.sha": checkout?.base,
      "github.event.pull_request.number": "123",
      "github.token": "t0ken",
      "matrix.stack": stack,
      "secrets.KUBECONFIG": kubeconfig,
      "secrets.PULUMI_ACCESS_TOKEN": "",
      "secrets.PULUMI_CONFIG_PASSPHRASE": passphrases[stack],
      "vars.PULUMI_BACKEND_URL": `file://${checkout?.folder}/.stackberth`,
      "vars.PULUMI_BACKEND_URL != '' && 'pulumi' || 'direct'": "direct",
    };
    return text.replaceAll(/\$\{\{ (.*?) \}\}/g, (_all, expression: string) => {
      const value = values[expression];
      assert.ok(value !== undefined, `what is ${expression}?`);
      return value;
    });
  }

  function environmentOf(job: Job, step: Step, stack: string): NodeJS.ProcessEnv {
    const given = Object.entries({ ...job.env, ...step.env });
    const { STACKBERTH_HOME: _home, PULUMI_CONFIG_PASSPHRASE: _own, ...inherited } = process.env;
    return {
      ...inherited,
      CI: "true",
      GITHUB_REPOSITORY: "lab/stacks",
      GITHUB_API_URL: forge?.url,
      GITHUB_EVENT_PATH: event(),
      GITHUB_STEP_SUMMARY: summary(),
      ...Object.fromEntries(given.map(([name, text]) => [name, evaluate(text, stack)])),
    };
  }

  /** Runs the steps of a job; each must succeed. @returns What each printed. */
  async function runJob(name: string, stack = "dev"): Promise<readonly string[]> {
    const job = allJobs.find(([each]) => each === name)?.[1];
    assert.ok(job, `there is no job ${name}`);
    ran.add(name);
    const outputs: string[] = [];
    for (const step of job.steps) {
      if (step.run === undefined || elsewhere.includes(step.run)) continue;
      const env = environmentOf(job, step, stack);
      const { code, output } = await shell(step.run, checkout?.folder ?? "", env);
      assert.equal(code, 0, `${name}: ${step.run}\n${output}`);
      outputs.push(output);
    }
    return outputs;
  }

  const comments = (): string[] => forge?.comments.map(({ body }) => String(body)) ?? [];

  // Mocha runs what stands in no block of its own first, wherever it stands.
  describe("without a cluster", () => {
    it("preview.yml: tests are run by the test command itself", async () => {
      assert.deepEqual(await runJob("preview.yml: test"), []);
    });

    it("preview.yml: the difference is one comment", async () => {
      await runJob("preview.yml: diff");
      await runJob("preview.yml: diff");
      assert.equal(comments().length, 1);
      assert.match(comments()[0] ?? "", /dev/);
    });
  });

  for (const stack of ["dev", "prod"]) {
    describe(stack, () => {
      after(async () => {
        const env = {
          ...process.env,
          STACKBERTH_KUBECONFIG: kubeconfig,
          PULUMI_CONFIG_PASSPHRASE: passphrases[stack],
        };
        const command = `node tools/cli/start.cjs down --stack ${stack} --engine direct`;
        const { code, output } = await shell(command, checkout?.folder ?? "", env);
        assert.equal(code, 0, output);
        assert.deepEqual(await versions(stack), {});
      });

      it("up.yml: deploys and says the addresses in the job's summary", async () => {
        rmSync(summary(), { force: true });
        await runJob(`up.yml: ${stack}`, stack);
        const text = readFileSync(summary(), "utf8");
        assert.match(text, /urls:\n +\w+: http/);
        assert.match(text, /all is ready/);
      });

      it("drift.yml: finds nothing, and would say what", async () => {
        const [output = ""] = await runJob("drift.yml: drift", stack);
        assert.match(output, /0 changes/);
        assert.match(output, /no issue is open/);
        assert.equal(forge?.issues.length, 0);
      });

      it("preview.yml: the real CLI's preview is a comment beside the other", async function () {
        if (!installed) {
          console.log(
            "    skipped: no Pulumi CLI on PATH, see https://www.pulumi.com/docs/install/",
          );
          ran.add("preview.yml: preview");
          this.skip();
        }
        await runJob("preview.yml: preview", stack);
        const [own, ...others] = comments().filter((each) =>
          each.startsWith(`<!-- stackberth: preview ${stack} -->`),
        );
        // A comment that is too long for GitHub keeps its end.
        assert.match(own ?? "", /^Resources:\n +\+ \d+ to create$/m);
        assert.deepEqual(others, []);
      });
    });
  }

  describe("with nothing deployed", () => {
    it("drift.yml: opens an issue when something has drifted", async () => {
      await assert.rejects(runJob("drift.yml: drift"), /no changes were expected/);
      assert.equal(forge?.issues.length, 1);
      assert.match(String(forge.issues[0]?.["body"]), /exit code 1[^]*created/);
    });

    it("review.yml: up and down are one comment, and leave nothing", async () => {
      await runJob("review.yml: up");
      const found = (): string[] =>
        comments().filter((each) => each.startsWith("<!-- stackberth: review -->"));
      assert.match(found().join(), /urls:\n +\w+: http:\/\/pr-123-/);
      await runJob("review.yml: down");
      assert.equal(found().length, 1);
      assert.match(found().join(), /nothing is left of it/);
      assert.deepEqual(await versions("review-pr-123"), {});
      assert.ok(!existsSync(join(checkout?.folder ?? "", "Pulumi.review-pr-123.yaml")));
    });

    it("review.yml: sweeps", async () => {
      const [output = ""] = await alone("sweep", () => runJob("review.yml: sweep"));
      assert.match(output, /0 removed/);
    });

    it("are all of them", () => {
      assert.deepEqual([...ran].sort(), allJobs.map(([name]) => name).sort());
    });
  });
});
