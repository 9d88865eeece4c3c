import type { OpenmsSettings } from "../schema";
import { filesFolder, names, ports, queue } from "./names";

type Start = Pick<OpenmsSettings, "start" | "condaEnvironment">;

/** How a container of the app starts. */
interface Started {
  readonly command: readonly string[];
  readonly args: readonly string[];
}

/** `start.sh` with its options, then what it starts. */
function startScript(
  { start, condaEnvironment }: Start,
  options: readonly string[],
  args: readonly string[],
): Started {
  const { folder = "/root/miniforge3", name = "streamlit-env" } = condaEnvironment ?? {};
  const environment = start === "publicImage" ? ["--environment", folder, name] : [];
  return {
    command: ["bash", `${filesFolder}/start.sh`, ...environment, ...options, "--"],
    args,
  };
}

/** Merges the files, then starts Streamlit. */
export function startWeb(settings: Start): Started {
  const streamlit = ["streamlit", "run", "app.py"];
  const server = ["--server.address", "0.0.0.0", "--server.port", `${ports.web}`];
  return startScript(
    settings,
    ["--merge"],
    settings.start === "publicImage"
      ? [...streamlit, ...server]
      : ["/app/deployment/entrypoint-web.sh"],
  );
}

/**
 * A worker looks for jobs whose worker or whose Redis ended under them when it was last done so many seconds ago, and only
 * between two waits for a job, which end 15 seconds before its `ttl`. rq's own defaults are 600 and 420.
 */
const maintenance = ["--maintenance-interval", "30", "--worker-ttl", "60"];

/** Merges the files, then starts a worker of the queue once that answers. */
export function startWorker(settings: Start): Started {
  return startScript(
    settings,
    ["--merge", "--wait-for", names.redis, `${ports.redis}`],
    settings.start === "publicImage"
      ? ["rq", "worker", ...maintenance, queue]
      : ["/app/deployment/entrypoint-worker.sh"],
  );
}

/** Starts the clean-up, which reads no file of the app. */
export function startCleanUp(settings: Start): Started {
  return startScript(settings, [], ["python", "/app/clean-up-workspaces.py"]);
}

/** Runs a page of the app, to its end and without a browser. */
export function checkPages(settings: Start): readonly string[] {
  const { command, args } = startScript(settings, [], ["python", `${filesFolder}/check_pages.py`]);
  return [...command, ...args];
}
