import { readFileSync } from "node:fs";
import { at, textAt } from "../lib/objects";
import {
  type Api,
  type Forge,
  issueLabel,
  type Note,
  send,
  sendForAll,
  type Thread,
} from "./forge";

/** GitHub as a workflow's environment describes it; undefined outside of one, or without a token. */
export function github(env: NodeJS.ProcessEnv): Forge | undefined {
  const { GITHUB_REPOSITORY: repository, GITHUB_TOKEN: token, GITHUB_API_URL } = env;
  if (!repository || !token) return undefined;
  const api: Api = {
    url: `${GITHUB_API_URL ?? "https://api.github.com"}/repos/${repository}`,
    headers: { Authorization: `Bearer ${token}`, "X-GitHub-Api-Version": "2022-11-28" },
  };
  const number = pullRequest(env);
  return {
    comments: number === undefined ? undefined : comments(api, number),
    issues: issues(api),
  };
}

function pullRequest({ GITHUB_EVENT_PATH: path }: NodeJS.ProcessEnv): number | undefined {
  if (!path) return undefined;
  const number = at(JSON.parse(readFileSync(path, "utf8")), "pull_request", "number");
  return typeof number === "number" ? number : undefined;
}

function comments(api: Api, number: number): Thread {
  const path = `/issues/${number}/comments`;
  return {
    list: async () => (await sendForAll(api, path)).map((item) => note(item, "id")),
    add: async (_title, body) => void (await send(api, "POST", path, { body })),
    edit: async (id, body) => void (await send(api, "PATCH", `/issues/comments/${id}`, { body })),
    close: () => Promise.resolve(),
  };
}

function issues(api: Api): Thread {
  const set = (id: number, values: object) => send(api, "PATCH", `/issues/${id}`, values);
  return {
    list: async () => {
      const found = await sendForAll(api, `/issues?state=open&direction=asc&labels=${issueLabel}`);
      // GitHub lists pull requests as issues too.
      const own = found.filter((item) => at(item, "pull_request") === undefined);
      return own.map((item) => note(item, "number"));
    },
    add: async (title, body) => {
      await send(api, "POST", "/issues", { title, body, labels: [issueLabel] });
    },
    edit: async (id, body) => void (await set(id, { body })),
    close: async (id) => void (await set(id, { state: "closed" })),
  };
}

function note(item: object, id: "id" | "number"): Note {
  return { id: Number(at(item, id)), body: textAt(item, "body") };
}
