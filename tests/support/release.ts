import { execFile } from "node:child_process";
import { existsSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { byKey, describe, isJson, keyOf, type KubeObject } from "../../lib/objects";
import { environment, home, root } from "./folders";
import type { Ran } from "./inProcess";
import { startProgram } from "./running";

const exec = promisify(execFile);

/** The environment in which each release meets the same state and the same cluster. */
export const releaseEnvironment = (kubeconfig: string): NodeJS.ProcessEnv => ({
  ...environment(),
  STACKBERTH_HOME: join(home, "upgrade"),
  STACKBERTH_KUBECONFIG: kubeconfig,
});

/** An earlier release, with its own commands and packages. */
export class Release {
  private readonly folder: string;

  constructor(readonly commit: string) {
    this.folder = join(home, "releases", commit);
  }

  /** Whether this clone has it: one without its history has not. */
  isHere(): Promise<boolean> {
    const found = exec("git", ["cat-file", "-e", `${this.commit}^{commit}`], { cwd: root });
    return found.then(
      () => true,
      () => false,
    );
  }

  /** Checks it out beside this one, and installs its packages. */
  async prepare(): Promise<void> {
    await this.remove();
    await exec("git", ["worktree", "add", "--detach", this.folder, this.commit], { cwd: root });
    const [own, its] = [root, this.folder].map((each) =>
      readFileSync(join(each, "package-lock.json"), "utf8"),
    );
    if (own === its) {
      symlinkSync(join(root, "node_modules"), join(this.folder, "node_modules"));
    } else {
      await exec("npm", ["ci", "--no-audit", "--no-fund", "--prefer-offline"], {
        cwd: this.folder,
      });
    }
  }

  /** Runs one of its commands, with this checkout's engine, state and cluster. */
  async run(kubeconfig: string, ...argv: readonly string[]): Promise<Ran> {
    const env = {
      ...releaseEnvironment(kubeconfig),
      PULUMI_HOME: join(home, "pulumi-home"),
      PATH: `${join(home, "bin")}:${process.env["PATH"] ?? ""}`,
    };
    const command = join(this.folder, "tools", "cli", "start.cjs");
    return await startProgram(process.execPath, [command, ...argv], { env }).done;
  }

  async remove(): Promise<void> {
    if (!existsSync(this.folder)) return;
    rmSync(this.folder, { recursive: true });
    await exec("git", ["worktree", "prune"], { cwd: root });
  }
}

/** What must outlast an upgrade: data, what opens it, and what would stop serving if it was made anew. */
const lasting = new Set([
  "Deployment",
  "PersistentVolumeClaim",
  "Secret",
  "Service",
  "StatefulSet",
]);

/** What an upgrade has taken away of the objects before it: each that is gone or made anew, and changed values of Secrets. */
export function losses(
  before: readonly KubeObject[],
  after: readonly KubeObject[],
): readonly string[] {
  const now = byKey(after);
  return before
    .filter(({ kind }) => lasting.has(kind))
    .flatMap((old) => {
      const live = now.get(keyOf(old));
      if (live === undefined) return [`${describe(old)} is gone`];
      if (live.metadata.uid !== old.metadata.uid) return [`${describe(old)} is made anew`];
      const [had, has] = [old["data"], live["data"]];
      if (old.kind !== "Secret" || !isJson(had) || !isJson(has)) return [];
      return Object.keys(had)
        .filter((key) => had[key] !== has[key])
        .map((key) => `${describe(old)} has another value of ${key}`);
    });
}
