import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The first executable of this name in a list of folders, written as in `PATH`. */
export function onPath(
  program: string,
  path: string,
  except: readonly string[] = [],
): string | undefined {
  const names = process.platform === "win32" ? [`${program}.exe`, `${program}.cmd`] : [program];
  const folders = path
    .split(delimiter)
    .filter((folder) => folder !== "" && !except.includes(folder));
  return folders
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((candidate) => {
      try {
        accessSync(candidate, constants.X_OK);
        return statSync(candidate).isFile();
      } catch {
        return false;
      }
    });
}
