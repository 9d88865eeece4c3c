import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type IniValues, overlayIni } from "../../../lib/ini";
import { queuePort, webPort } from "./names";
import type { BotsSettings } from "../schema";

/** One of the system's own files. */
export const ownFile = (name: string): string =>
  readFileSync(join(__dirname, "..", "files", name), "utf8");

/** bots.ini: our file, what follows from other settings, and the stack's own values over both. */
export function botsIni({ files, jobQueue, dirMonitor }: BotsSettings): string {
  const host = jobQueue.mode === "separate" && !jobQueue.relay ? jobQueue.host : "localhost";
  const monitored = (dirMonitor?.directories ?? []).map(({ path, filemask, route }, index) => [
    `dirmonitor${index + 1}`,
    { path, filemask, route: route ?? "" },
  ]);
  const own: IniValues = {
    webserver: { port: webPort },
    jobqueue: { port: queuePort, host },
    ...(Object.fromEntries(monitored) as IniValues),
  };
  return overlayIni(overlayIni(ownFile("bots.ini"), own), files.botsIni);
}

/** settings.py: our file, and the stack's own Django settings after it. */
export function djangoSettings({ files: { settings } }: BotsSettings): string {
  const text = ownFile("settings.py");
  if (Object.keys(settings).length === 0) return text;
  // A JSON text within a JSON string is a Python string literal as well.
  const literal = JSON.stringify(JSON.stringify(settings));
  return `${text}
# --- The stack's own values ---------------------------------------------------------------------------

import json  # noqa: E402

globals().update(json.loads(${literal}))
`;
}
