import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { type Step, stepsOf, workflowText } from "../support/workflows";

describe("workflows: the shell of their steps", () => {
  let temporary = "";
  before(() => {
    temporary = realpathSync(mkdtempSync(join(tmpdir(), "stackberth-workflows-")));
  });
  after(() => rmSync(temporary, { recursive: true }));

  /** Runs a step as GitHub's runner does, with programs that are stood in for. */
  function run(
    file: string,
    is: (step: Step) => boolean,
    env: NodeJS.ProcessEnv,
  ): { readonly status: number | null; readonly output: string } {
    const step = stepsOf(workflowText(file)).find(is);
    assert.ok(step?.run, `${file} has no such step`);
    const argv = ["--noprofile", "--norc", "-eo", "pipefail", "-c", step.run];
    const path = [temporary, process.env["PATH"] ?? ""].join(delimiter);
    const all = { RUNNER_TEMP: temporary, ...env, PATH: path };
    const { status, stdout, stderr } = spawnSync("bash", argv, { env: all, encoding: "utf8" });
    return { status, output: `${stdout}${stderr}` };
  }

  const standIn = (program: string, script: string): void =>
    writeFileSync(join(temporary, program), `#!/bin/bash\n${script}\n`, { mode: 0o755 });
  const text = (name: string): string => readFileSync(join(temporary, name), "utf8");

  for (const [file, words, written] of [
    ["preview.yml", /diff --/, ["diff.md", "summary.md"]],
    ["review.yml", /review -- up/, ["review.txt"]],
  ] as const) {
    it(`${file}: what the command prints is logged and kept, and its failure is the step's`, () => {
      standIn("npm", 'echo "$*"; exit 2');
      const env = {
        BASE: "base",
        REVIEW: "pr-1",
        GITHUB_STEP_SUMMARY: join(temporary, "summary.md"),
      };
      const { status, output } = run(file, ({ run: shell = "" }) => words.test(shell), env);
      assert.equal(status, 2);
      assert.match(output, /--silent (diff -- --base base|review -- up pr-1)/);
      for (const name of written) assert.equal(text(name), output);
    });
  }

  it("a kubeconfig is for its owner's eyes", () => {
    for (const file of ["preview.yml", "up.yml", "drift.yml"]) {
      const path = join(temporary, `kubeconfig-${file}`);
      const env = { KUBECONFIG: path, STACKBERTH_KUBECONFIG: "apiVersion: v1\nkind: Config" };
      const { status, output } = run(file, ({ name }) => name === "Kubeconfig", env);
      assert.deepEqual([status, output], [0, ""]);
      assert.equal(readFileSync(path, "utf8"), "apiVersion: v1\nkind: Config\n");
      assert.equal(statSync(path).mode & 0o777, 0o600);
    }
  });

  for (const [does, name, open, calls] of [
    ["opens an issue", /^Open/, "", [/^label create drift-dev /, /^issue list /, /^issue create /]],
    ["edits one", /^Open/, "12", [/^label create /, /^issue list /, /^issue edit 12 --body .*LOG/]],
    ["closes it", /^Close/, "12", [/^issue list /, /^issue close --comment .*LOG 12$/]],
    ["leaves it at that", /^Close/, "", [/^issue list --label drift-dev /]],
  ] as const) {
    it(`drift.yml: ${does}`, () => {
      const file = join(temporary, "calls");
      writeFileSync(file, "");
      standIn(
        "gh",
        `echo "$*" >> '${file}'\nif [[ $2 == list && -n "$OPEN" ]]; then echo "$OPEN"; fi`,
      );
      const env = { LABEL: "drift-dev", LOG: "LOG", STACK: "dev", OPEN: open };
      const step = (each: Step): boolean => name.test(each.name ?? "");
      const { status, output } = run("drift.yml", step, env);
      assert.equal(status, 0, output);
      const lines = text("calls").trim().split("\n");
      assert.equal(lines.length, calls.length, lines.join("\n"));
      for (const [index, call] of calls.entries()) assert.match(lines[index] ?? "", call);
    });
  }
});
