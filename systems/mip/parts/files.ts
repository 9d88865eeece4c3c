import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The text of a file in `files/`, for a ConfigMap or a chart's values. */
export function readFile(name: string): string {
  return readFileSync(join(__dirname, "..", "files", name), "utf8");
}
