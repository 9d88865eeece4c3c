import { join } from "node:path";

/** Where everything is that is not committed: `STACKBERTH_HOME`, else `.stackberth` in the project. */
export function stateFolder(root: string): string {
  return process.env["STACKBERTH_HOME"] ?? join(root, ".stackberth");
}
