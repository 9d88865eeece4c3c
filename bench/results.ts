import { readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { UserError } from "../lib/errors";
import { parts } from "./breakdown";
import { steps, wayNames } from "./steps";
import { stackLikes } from "./subject";

const seconds = z.number().nonnegative();

const schema = z.strictObject({
  /** When it was measured, in ISO 8601. */
  time: z.string(),
  /** The version of Node, and how many processors there were. */
  node: z.string(),
  processors: z.number().int().positive(),
  stackLike: z.enum(stackLikes),
  /** How many objects each way deployed. */
  objects: z.number().int().positive(),
  /** Seconds of each round, by step and way. */
  seconds: z.partialRecord(z.enum(steps), z.partialRecord(z.enum(wayNames), z.array(seconds))),
  /** Seconds of the parts of our own steps, from one more run with traces. Not there unless we took part. */
  breakdown: z.record(z.enum(steps), z.record(z.enum(parts), seconds)).optional(),
});

/** What a benchmark measured, as `--json` keeps it. */
export type Results = z.infer<typeof schema>;

export function writeResults(file: string, results: Results): void {
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
}

/** Reads what `--json` kept. @throws UserError if it is something else. */
export function readResults(file: string): Results {
  const parsed = schema.safeParse(JSON.parse(readFileSync(file, "utf8")));
  if (!parsed.success) {
    throw new UserError(
      `${file} is no result of npm run bench -- --json:\n${z.prettifyError(parsed.error)}`,
    );
  }
  return parsed.data;
}
