import { at, textAt } from "../lib/objects";
import { type Api, type Forge, issueLabel, send, sendForAll, type Thread } from "./forge";

/** GitLab as a job's environment describes it; undefined outside of one, or without `GITLAB_TOKEN`. */
export function gitlab(env: NodeJS.ProcessEnv): Forge | undefined {
  const { CI_API_V4_URL: url, CI_PROJECT_ID: project, GITLAB_TOKEN: token } = env;
  if (!url || !project || !token) return undefined;
  const api: Api = { url: `${url}/projects/${project}`, headers: { "PRIVATE-TOKEN": token } };
  const request = env["CI_MERGE_REQUEST_IID"];
  return {
    comments: request ? comments(api, request) : undefined,
    issues: issues(api),
  };
}

function comments(api: Api, request: string): Thread {
  const path = `/merge_requests/${request}/notes`;
  return {
    list: async () =>
      (await sendForAll(api, `${path}?sort=asc`)).map((item) => ({
        id: Number(at(item, "id")),
        body: textAt(item, "body"),
      })),
    add: async (_title, body) => void (await send(api, "POST", path, { body })),
    edit: async (id, body) => void (await send(api, "PUT", `${path}/${id}`, { body })),
    close: () => Promise.resolve(),
  };
}

function issues(api: Api): Thread {
  const set = (id: number, values: object) => send(api, "PUT", `/issues/${id}`, values);
  return {
    list: async () =>
      (await sendForAll(api, `/issues?state=opened&sort=asc&labels=${issueLabel}`)).map((item) => ({
        id: Number(at(item, "iid")),
        body: textAt(item, "description"),
      })),
    add: async (title, body) => {
      await send(api, "POST", "/issues", { title, description: body, labels: issueLabel });
    },
    edit: async (id, body) => void (await set(id, { description: body })),
    close: async (id) => void (await set(id, { state_event: "close" })),
  };
}
