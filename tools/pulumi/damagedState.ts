import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { messageOf, UserError } from "../../lib/errors";
import { isJson, textAt } from "../../lib/objects";
import { readProject } from "../project/stackConfig";
import { stateFile, stateFiles } from "./backend";

/**
 * The error for a state that is no longer JSON, for example because the disk was full; undefined for any other
 * error. Its command puts back the newest of the copies that the engine keeps beside the state.
 */
export function explainDamage(error: unknown, root: string, stack: string): UserError | undefined {
  if (!/failed to load checkpoint/.test(messageOf(error))) return undefined;
  const state = stateFile(root, stack);
  // It is kept elsewhere, whose copies are known to its owner.
  if (!existsSync(state)) return undefined;
  const [copy] = copiesOf(root, state, stack)
    .filter(isWhole)
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  const [from, to] = [copy ?? "COPY", state].map((path) => relative(root, path));
  return new UserError(
    `the state of stack ${stack} is damaged: ${to} is not a state of Pulumi. ` +
      (copy === undefined
        ? "No copy beside it is whole; put back one of your own"
        : `The newest whole copy is of ${statSync(copy).mtime.toISOString()}; put it back`) +
      `, and deploy again, which finds what the copy does not know:\n  cp ${from} ${to}`,
  );
}

/** The state before its last change, and the states at the end of each run. */
function copiesOf(root: string, state: string, stack: string): string[] {
  const ends = join(stateFiles(root), "backups", textAt(readProject(root), "name"), stack);
  const names = existsSync(ends) ? readdirSync(ends) : [];
  return [`${state}.bak`, ...names.map((name) => join(ends, name))].filter(existsSync);
}

function isWhole(path: string): boolean {
  try {
    const state: unknown = JSON.parse(readFileSync(path, "utf8"));
    return isJson(state) && isJson(state["checkpoint"]);
  } catch {
    return false;
  }
}
