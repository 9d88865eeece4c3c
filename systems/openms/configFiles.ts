import { readFileSync } from "node:fs";
import { join } from "node:path";
import { deepMerge } from "../../lib/merge";
import type { OpenmsSettings } from "./schema";

const merged = (file: string, override: Record<string, unknown>): string => {
  const base = JSON.parse(readFileSync(join(__dirname, "files", file), "utf8")) as Record<
    string,
    unknown
  >;
  return `${JSON.stringify(deepMerge(base, override), null, 2)}\n`;
};

/** The app's three files, each with the stack's own values laid over it. */
export function configFiles({ files, worker }: OpenmsSettings): Record<string, string> {
  const queue = { queue_settings: { default_timeout: worker.jobTimeoutSeconds } };
  return {
    "settings.json": merged("settings.json", deepMerge(queue, files.settings)),
    "default-parameters.json": merged("default-parameters.json", files.defaultParameters),
    "presets.json": merged("presets.json", files.presets),
  };
}
