import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { type Forge, ForgeError } from "../../ci/forge";
import { github } from "../../ci/github";
import { gitlab } from "../../ci/gitlab";
import { commandLine, type Finished, markOf, messageOf } from "../../ci/message";
import { type Message, say, settle } from "../../ci/publish";
import { UserError } from "../../lib/errors";

const usage = `usage: npm run ci -- comment COMMAND ...   run it; what it prints is one comment of the pull request, edited in place
       npm run ci -- issue COMMAND ...     run it; opens an issue if it fails, closes it once it does not
       npm run ci -- summary COMMAND ...   run it; what it prints goes into the job's summary
COMMAND is one of this project's own, for example: npm run ci -- comment preview --stack dev
Outside of a CI job the command is only run. The exit code is the command's.`;

/** Where to a command's output goes. */
type Publisher = (finished: Finished, forge: Forge | undefined) => Promise<string>;

const publishers: Readonly<Record<string, Publisher>> = { comment, issue, summary };

/** `npm run ci`: runs a command of this project and publishes what it printed. */
export async function ci([action = "", ...argv]: readonly string[], root: string): Promise<number> {
  const publish = Object.hasOwn(publishers, action) ? publishers[action] : undefined;
  if (publish === undefined || argv.length === 0) throw new UserError(usage);
  const finished = await run(argv, root);
  console.error(await publish(finished, github(process.env) ?? gitlab(process.env)));
  return finished.code;
}

function run(argv: readonly string[], root: string): Promise<Finished> {
  const words = [join(root, "tools", "cli", "start.cjs"), ...argv];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "pipe"], cwd: root });
  let [stdout, output] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    process.stdout.write(text);
    stdout += text;
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    process.stderr.write(text);
    output += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ argv, code: code ?? 1, stdout, output }));
  });
}

const titled = (finished: Finished): Message => ({
  mark: markOf(finished.argv),
  title: `\`${commandLine(finished.argv)}\` fails`,
  body: messageOf(finished),
});

async function comment(finished: Finished, forge: Forge | undefined): Promise<string> {
  const thread = forge?.comments;
  if (thread === undefined) return "no pull request here: no comment";
  try {
    return `comment ${await say(thread, titled(finished))}`;
  } catch (error) {
    // The token of a fork's pull request may only read.
    if (!(error instanceof ForgeError) || ![401, 403].includes(error.status)) throw error;
    return `no comment: ${error.message}; ${await summary(finished)}`;
  }
}

async function issue(finished: Finished, forge: Forge | undefined): Promise<string> {
  if (forge === undefined) return "no repository here: no issue";
  const message = titled(finished);
  if (finished.code !== 0) return `issue ${await say(forge.issues, message)}`;
  return (await settle(forge.issues, message)) ? "issue closed" : "no issue is open";
}

function summary(finished: Finished): Promise<string> {
  const path = process.env["GITHUB_STEP_SUMMARY"];
  if (!path) return Promise.resolve("no summary of a job here");
  appendFileSync(path, `${messageOf(finished)}\n`);
  return Promise.resolve("summary written");
}
