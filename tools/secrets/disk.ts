import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  fchmodSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { SecretsError } from "../../config/secretsError";

/** The stacks that have a `Pulumi.<stack>.yaml` in the directory, by name. */
export function listStacks(root: string): readonly string[] {
  const names = readdirSync(root).map((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1]);
  return names.filter((name) => name !== undefined).sort();
}

/**
 * Reads a text file.
 *
 * @throws SecretsError naming the file if it cannot be read.
 */
export function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new SecretsError(`cannot read ${path} (${codeOf(error)}); correct its permissions`, {
      cause: error,
    });
  }
}

/**
 * Replaces a file by way of a sibling and a rename: a reader sees the old text or the new one.
 * The mode is kept, and so is a symbolic link to the file.
 *
 * @throws SecretsError naming the file if it cannot be written; it is then as it was.
 */
export function writeAtomically(path: string, text: string): void {
  const target = realpathSync(path);
  const sibling = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`);
  try {
    const { mode } = statSync(target);
    const handle = openSync(sibling, "wx", 0o600);
    try {
      writeFileSync(handle, text);
      fchmodSync(handle, mode & 0o7777);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(sibling, target);
  } catch (error) {
    rmSync(sibling, { force: true });
    throw new SecretsError(`cannot write ${path} (${codeOf(error)}); it is left unchanged`, {
      cause: error,
    });
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
