import { join, resolve } from "node:path";

/** Where everything is that is not committed: `STACKBERTH_HOME`, else `.stackberth` in the project. */
export function stateFolder(root: string): string {
  const set = process.env["STACKBERTH_HOME"];
  return set === undefined || set === "" ? join(root, ".stackberth") : resolve(set);
}
