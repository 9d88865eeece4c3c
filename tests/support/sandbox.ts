import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** For each test of a suite a folder of its own, and an environment that is put back after it. */
export class Sandbox {
  private folder = "";
  private before: NodeJS.ProcessEnv = {};

  constructor() {
    beforeEach(() => {
      this.folder = mkdtempSync(join(tmpdir(), "stackberth-"));
      this.before = { ...process.env };
    });
    afterEach(() => {
      rmSync(this.folder, { recursive: true, force: true });
      // In place: what asks the system, and not Node, for a variable hears of nothing else.
      for (const name of Object.keys(process.env)) {
        if (!(name in this.before)) delete process.env[name];
      }
      Object.assign(process.env, this.before);
    });
  }

  /** A path in the folder. */
  path(...names: readonly string[]): string {
    return join(this.folder, ...names);
  }

  /** Writes a file and the folders above it. @returns its path */
  write(name: string, text: string): string {
    const path = this.path(name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  /** Writes a program of the shell. @returns its path */
  script(name: string, text: string): string {
    const path = this.write(name, `#!/bin/sh\n${text}\n`);
    chmodSync(path, 0o755);
    return path;
  }

  /** Sets variables until the test's end; undefined removes one. */
  setenv(variables: Readonly<Record<string, string | undefined>>): void {
    for (const [name, value] of Object.entries(variables)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}
