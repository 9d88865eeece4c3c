import { createRequire } from "node:module";
import { join } from "node:path";

/**
 * Runs a program's `index.ts` anew and returns what it exports. What it imports is loaded once: no
 * module of the program keeps anything of a run.
 */
export function runEntry(root: string): unknown {
  const require = createRequire(join(root, "index.ts"));
  const entry = require.resolve("./index.ts");
  delete require.cache[entry];
  return require(entry);
}
