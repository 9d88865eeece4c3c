import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, sep } from "node:path";
import { parseDocument } from "yaml";
import { root as project } from "./stackberth";

/** A copy of the project's files elsewhere, with a history of its own: one commit, `base`. */
export class Repository {
  readonly root: string;

  /** @param systems - What its stacks run; fewer take less time. @default - what the project's run */
  constructor(systems?: readonly string[], folder = "stackberth-copy-") {
    this.root = realpathSync(mkdtempSync(join(tmpdir(), folder)));
    const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "-z"], {
      cwd: project,
      encoding: "utf8",
    });
    // What the program and the commands are made of; tests and documents would only take time.
    const skipped = ["tests/", "docs/"];
    for (const file of listed.split("\0").filter((name) => name !== "")) {
      if (skipped.some((folderName) => file.startsWith(folderName))) continue;
      if (!existsSync(join(project, file))) continue;
      mkdirSync(dirname(join(this.root, file)), { recursive: true });
      cpSync(join(project, file), join(this.root, file));
    }
    symlinkSync(join(project, "node_modules"), join(this.root, "node_modules"), "junction");
    for (const stack of systems === undefined ? [] : ["dev", "prod"]) {
      this.set(stack, ["stackberth:systems"], systems);
    }
    this.git("init", "--quiet", "--initial-branch=base");
    // The link is not the folder that .gitignore names.
    writeFileSync(join(this.root, ".git", "info", "exclude"), "node_modules\n");
    this.commit();
    this.git("tag", "start");
  }

  /** Makes the files as they are now the base. */
  commit(): void {
    this.git("add", "--all");
    const who = ["-c", "user.name=test", "-c", "user.email=test@example.org"];
    this.git(...who, "commit", "--quiet", "--allow-empty", "--no-gpg-sign", "--message=base");
  }

  /** Puts the files, and the base, back to the project's. */
  reset(): void {
    this.git("reset", "--quiet", "--hard", "start");
    this.git("clean", "--quiet", "-d", "--force");
    this.forgetModules();
  }

  /** Replaces a file's text; fails if that changes nothing. */
  edit(file: string, change: (text: string) => string): void {
    const path = join(this.root, file);
    const before = readFileSync(path, "utf8");
    const after = change(before);
    if (after === before) throw new Error(`nothing changed in ${file}`);
    writeFileSync(path, after);
    this.forgetModules();
  }

  /** Sets a value of a stack's configuration; `undefined` removes it. */
  set(stack: string, path: readonly (string | number)[], value: unknown): void {
    this.edit(`Pulumi.${stack}.yaml`, (text) => {
      const document = parseDocument(text);
      if (value === undefined) document.deleteIn(["config", ...path]);
      else document.setIn(["config", ...path], value);
      return document.toString();
    });
  }

  /** Checks the files out anew, with the line ends that Git for Windows asks for by default. */
  checkOutForWindows(): void {
    this.git("config", "core.autocrlf", "true");
    this.git("config", "core.safecrlf", "false");
    this.git("rm", "-r", "--cached", "--quiet", ".");
    this.git("reset", "--quiet", "--hard");
    this.forgetModules();
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  /** A process reads a file of the program once; these change while the tests' own goes on. */
  private forgetModules(): void {
    for (const file of Object.keys(require.cache)) {
      if (file.startsWith(this.root + sep)) delete require.cache[file];
    }
  }

  private git(...args: readonly string[]): void {
    execFileSync("git", args, { cwd: this.root, stdio: ["ignore", "ignore", "inherit"] });
  }
}
