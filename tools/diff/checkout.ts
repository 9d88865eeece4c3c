import { execFileSync, type StdioOptions } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../lib/errors";

/** The files of another revision, in a folder of their own. */
interface Checkout {
  readonly root: string;
  /** What the reader must know about how they are run. */
  readonly notes: readonly string[];
  readonly remove: () => void;
}

/**
 * Writes the files of a revision into a temporary folder, which runs with the packages that are
 * installed here. The repository, its index and its work tree stay as they are.
 *
 * @throws UserError if there is no such revision.
 */
export function checkOut(root: string, revision: string): Checkout {
  const tree = treeOf(root, revision);
  // Node resolves modules by their real path, and folders for temporary files may be links.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "stackberth-base-")));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const files = join(folder, "files");
    const env = {
      ...process.env,
      GIT_DIR: git(root, ["rev-parse", "--absolute-git-dir"]),
      GIT_INDEX_FILE: join(folder, "index"),
    };
    execFileSync("git", ["read-tree", tree], { cwd: root, env });
    const out = ["checkout-index", "--all", "--quiet", `--prefix=${files}/`];
    execFileSync("git", out, { cwd: folder, env: { ...env, GIT_WORK_TREE: folder } });
    symlinkSync(join(root, "node_modules"), join(files, "node_modules"), "junction");
    return { root: files, notes: packageNotes(root, files, revision), remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** The stacks that belong to the project: files that are tracked, or new and not ignored. */
export function trackedStacks(root: string): readonly string[] {
  const listed = git(root, ["ls-files", "-co", "--exclude-standard", "--", "Pulumi.*.yaml"]);
  const names = listed.split("\n").map((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1]);
  const there = names.filter((name) => name !== undefined);
  return there.filter((name) => existsSync(join(root, `Pulumi.${name}.yaml`))).sort();
}

function treeOf(root: string, revision: string): string {
  try {
    // The folder of the project within the repository, which need not be the topmost.
    return git(root, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}:./`]);
  } catch {
    throw new UserError(
      `--base ${revision}: no such revision with this folder in it; name a branch, tag or commit ` +
        "(git log --oneline). A shallow clone may lack it (git fetch --unshallow)",
    );
  }
}

function packageNotes(root: string, base: string, revision: string): readonly string[] {
  const lock = (folder: string): string => {
    const path = join(folder, "package-lock.json");
    return existsSync(path) ? readFileSync(path, "utf8") : "";
  };
  if (lock(root) === lock(base)) return [];
  return [`package-lock.json differs: ${revision} was run with the packages installed here`];
}

function git(root: string, args: readonly string[]): string {
  const stdio: StdioOptions = ["ignore", "pipe", "pipe"];
  return execFileSync("git", args, { cwd: root, encoding: "utf8", stdio }).trim();
}
