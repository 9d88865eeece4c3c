import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Forge } from "../../ci/forge";
import { github } from "../../ci/github";
import { gitlab } from "../../ci/gitlab";
import { commandLine, markOf, messageOf } from "../../ci/message";
import { say, settle } from "../../ci/publish";
import { FakeForge } from "../support/fakeForge";
import { root } from "../support/stackberth";

let folder = "";
let server: FakeForge;

before(() => {
  folder = mkdtempSync(join(tmpdir(), "stackberth-ci-"));
});
after(() => rmSync(folder, { recursive: true }));
beforeEach(async () => {
  server = await FakeForge.start();
});
afterEach(() => server.stop());

function eventFile(event: object): string {
  const path = join(folder, "event.json");
  writeFileSync(path, JSON.stringify(event));
  return path;
}

const githubEnv = (event: object = { pull_request: { number: 7 } }): NodeJS.ProcessEnv => ({
  GITHUB_REPOSITORY: "lab/stacks",
  GITHUB_TOKEN: "t0ken",
  GITHUB_API_URL: server.url,
  GITHUB_EVENT_PATH: eventFile(event),
});
const gitlabEnv = (): NodeJS.ProcessEnv => ({
  CI_API_V4_URL: `${server.url}/api/v4`,
  CI_PROJECT_ID: "42",
  CI_MERGE_REQUEST_IID: "7",
  GITLAB_TOKEN: "t0ken",
});

/** Each forge, and what is particular to its API. */
const forges: readonly {
  readonly name: string;
  readonly forge: () => Forge | undefined;
  readonly commentPath: string;
  readonly token: string;
  readonly text: string;
}[] = [
  {
    name: "GitHub",
    forge: () => github(githubEnv()),
    commentPath: "/repos/lab/stacks/issues/7/comments",
    token: "Bearer t0ken",
    text: "body",
  },
  {
    name: "GitLab",
    forge: () => gitlab(gitlabEnv()),
    commentPath: "/api/v4/projects/42/merge_requests/7/notes",
    token: "t0ken",
    text: "description",
  },
];

const message = (body: string, mark = "<!-- stackberth: diff -->") => ({ mark, title: "T", body });

for (const { name, forge, commentPath, token, text } of forges) {
  describe(`comments and issues on ${name}`, () => {
    it("are added once, then edited in place", async () => {
      const comments = forge()?.comments;
      assert.ok(comments);
      assert.equal(await say(comments, message("one")), "added");
      assert.equal(await say(comments, message("two")), "edited");
      assert.equal(await say(comments, message("three")), "edited");
      assert.deepEqual(
        server.comments.map(({ body }) => body),
        ["<!-- stackberth: diff -->\nthree"],
      );
      assert.ok(server.requests.includes(`POST ${commentPath} ${token}`), server.requests.join());
    });

    it("are found among hundreds, and other kinds stay as they are", async () => {
      for (let id = 1; id <= 250; id += 1) server.comments.push({ id, body: `talk ${id}` });
      const comments = forge()?.comments;
      assert.ok(comments);
      await say(comments, message("diff"));
      await say(comments, message("review", "<!-- stackberth: review -->"));
      assert.equal(await say(comments, message("diff again")), "edited");
      assert.equal(server.comments.length, 252);
      assert.match(String(server.comments[250]?.["body"]), /diff again$/);
      assert.match(String(server.comments[251]?.["body"]), /review$/);
    });

    it("open an issue once, and close it", async () => {
      const issues = forge()?.issues;
      assert.ok(issues);
      assert.equal(await settle(issues, message("fine")), false);
      assert.equal(await say(issues, message("drift")), "added");
      assert.equal(await say(issues, message("more drift")), "edited");
      assert.equal(server.issues.length, 1);
      assert.equal(server.issues[0]?.[text], "<!-- stackberth: diff -->\nmore drift");
      assert.equal(await settle(issues, message("fine")), true);
      assert.equal(server.issues[0]["state"], "closed");
      // The next trouble is a new one.
      assert.equal(await say(issues, message("drift")), "added");
      assert.equal(server.issues.length, 2);
    });

    it("say what was refused", async () => {
      server.refuseWith = 403;
      const comments = forge()?.comments;
      assert.ok(comments);
      await assert.rejects(say(comments, message("one")), /POST .* was answered 403: .*accessible/);
    });
  });
}

describe("where a run is", () => {
  it("is GitHub or GitLab only with a token and a repository", () => {
    for (const name of ["GITHUB_TOKEN", "GITHUB_REPOSITORY"]) {
      assert.equal(github({ ...githubEnv(), [name]: "" }), undefined);
    }
    for (const name of ["GITLAB_TOKEN", "CI_PROJECT_ID", "CI_API_V4_URL"]) {
      assert.equal(gitlab({ ...gitlabEnv(), [name]: undefined }), undefined);
    }
  });

  it("has no comments where it is about no pull request", () => {
    assert.equal(github(githubEnv({ schedule: "17 4 * * *" }))?.comments, undefined);
    assert.equal(gitlab({ ...gitlabEnv(), CI_MERGE_REQUEST_IID: undefined })?.comments, undefined);
  });

  it("does not take GitHub's pull requests for issues", async () => {
    const mark = "<!-- stackberth: diff -->";
    server.issues.push({ id: 1, number: 1, state: "open", labels: "stackberth", body: mark });
    Object.assign(server.issues[0] ?? {}, { pull_request: {} });
    const issues = github(githubEnv())?.issues;
    assert.ok(issues);
    assert.equal(await say(issues, message("drift")), "added");
  });
});

describe("messages of a run", () => {
  const finished = { argv: ["preview", "--stack", "dev"], code: 0, stdout: "", output: "fine\n" };

  it("are found by command and stack, whatever else differs", () => {
    const diff = (base: string): string => markOf(["diff", "--base", base, "--stack", "all"]);
    assert.equal(diff("abc"), "<!-- stackberth: diff all -->");
    assert.equal(diff("def"), diff("abc"));
    assert.equal(markOf(["review", "up", "pr-1"]), markOf(["review", "down", "pr-1"]));
    assert.notEqual(markOf(["preview", "--stack", "dev"]), markOf(["preview", "--stack", "prod"]));
    assert.equal(markOf(["preview", "--stack", "a-->b"]), "<!-- stackberth: preview a->b -->");
  });

  it("have the command line and what it printed", () => {
    assert.equal(commandLine(["status"]), "npm run status");
    assert.equal(messageOf(finished), "`npm run preview -- --stack dev`\n\n```text\nfine\n```\n");
    assert.match(messageOf({ ...finished, code: 3 }), /^`.*` ended with exit code 3\n/);
  });

  it("keep a block of text a block, whatever is in it", () => {
    const text = messageOf({ ...finished, output: "````\n@everyone\n" });
    assert.match(text, /\n`````text\n````\n@everyone\n`````\n$/);
  });

  it("are Markdown where the command prints Markdown, and its complaint where it fails", () => {
    const argv = ["diff", "--format", "markdown"];
    const table = { argv, code: 2, stdout: "| a |\n", output: "note\n| a |\n" };
    assert.equal(messageOf(table), "| a |\n");
    assert.match(messageOf({ ...table, stdout: "", output: "no such revision" }), /text\nno such/);
  });

  it("are short enough for GitHub, and keep what says most", () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index}`).join("\n");
    const text = messageOf({ ...finished, output: lines });
    assert.ok(text.length < 65_000);
    assert.match(text, /shortened[^]*line 19999\n```\n$/);
    const table = messageOf({ argv: ["markdown"], code: 0, stdout: lines, output: lines });
    assert.match(table, /^line 0\n[^]*shortened[^]*\n$/);
  });
});

/** Runs `npm run ci -- …` with exactly this environment beside the path. */
function run(
  argv: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ["--import", "tsx", "tools/cli/main.ts", "ci", ...argv], {
    cwd: root,
    env: { PATH: process.env["PATH"], HOME: folder, ...env },
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((settle) => child.on("close", (code) => settle({ code, stdout, stderr })));
}

describe("npm run ci", () => {
  const fine = ["secrets", "--help"];
  const failing = ["preview", "--stack", "nowhere"];

  it("only runs the command on a laptop, and ends as it does", async () => {
    const { code, stdout, stderr } = await run(["comment", ...fine]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /npm run secrets -- --stack STACK/);
    assert.match(stderr, /no pull request here: no comment/);
    const failed = await run(["issue", ...failing]);
    assert.equal(failed.code, 1);
    assert.match(failed.stderr, /there is no stack "nowhere"[^]*no repository here: no issue/);
    assert.match((await run(["summary", ...fine])).stderr, /no summary of a job here/);
  });

  it("comments once on a pull request, whether the command fails or not", async () => {
    const env = githubEnv();
    assert.match((await run(["comment", ...fine], env)).stderr, /comment added/);
    assert.match((await run(["comment", ...fine], env)).stderr, /comment edited/);
    assert.equal(server.comments.length, 1);
    const { code, stderr } = await run(["comment", ...failing], env);
    assert.equal(code, 1);
    assert.match(stderr, /comment added/);
    assert.match(String(server.comments[1]?.["body"]), /exit code 1[^]*no stack "nowhere"/);
  });

  it("opens an issue when the command fails, and closes it once it does not", async () => {
    const env = githubEnv({});
    const mark = markOf(fine);
    assert.equal((await run(["issue", ...failing], env)).code, 1);
    assert.equal(server.issues[0]?.["title"], "`npm run preview -- --stack nowhere` fails");
    server.issues.push({ id: 1, number: 1, state: "open", labels: "stackberth", body: mark });
    assert.match((await run(["issue", ...fine], env)).stderr, /issue closed/);
    assert.deepEqual(
      server.issues.map(({ state }) => state),
      ["open", "closed"],
    );
  });

  it("writes the summary, also where a fork may not comment", async () => {
    const path = join(folder, "summary.md");
    const env = { ...githubEnv(), GITHUB_STEP_SUMMARY: path };
    assert.equal((await run(["summary", ...fine], env)).code, 0);
    assert.match(readFileSync(path, "utf8"), /`npm run secrets -- --help`\n\n```text\n/);
    rmSync(path);
    server.refuseWith = 403;
    const { code, stderr } = await run(["comment", ...fine], env);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /no comment: .*403.*; summary written/);
    assert.ok(existsSync(path));
  });

  it("fails when a comment cannot be posted for another reason", async () => {
    server.refuseWith = 500;
    const { code, stderr } = await run(["comment", ...fine], githubEnv());
    assert.equal(code, 1);
    assert.match(stderr, /was answered 500/);
  });

  it("names its uses", async () => {
    for (const argv of [[], ["comment"], ["post", "docs"]]) {
      const { code, stderr } = await run(argv);
      assert.equal(code, 1);
      assert.match(stderr, /usage: npm run ci -- comment COMMAND/);
    }
  });
});
