import { existsSync, readFileSync } from "node:fs";
import type { Sandbox } from "./sandbox";

/** What a fake `go` does in the place of a build; `$output` is the file that it is to write. */
export const builds = 'echo "built" > "$output"';

/** A `go` of a test in a sandbox, alone on PATH with what a shell needs. */
export class FakeGo {
  constructor(private readonly sandbox: Sandbox) {}

  /** @param build - What `go build` does. */
  install({ version = "go1.99.0", build = builds } = {}): void {
    this.sandbox.script(
      "go/go",
      [
        `echo "$*" >> "${this.log}"`,
        `if [ "$1" = env ]; then echo ${version}; exit 0; fi`,
        'while [ $# -gt 0 ]; do if [ "$1" = -o ]; then output="$2"; fi; shift; done',
        build,
      ].join("\n"),
    );
    this.sandbox.setenv({ PATH: this.sandbox.path("go") });
  }

  /** The words of each build so far. */
  get builds(): readonly string[] {
    const said = existsSync(this.log) ? readFileSync(this.log, "utf8").split("\n") : [];
    return said.filter((line) => line.startsWith("build "));
  }

  private get log(): string {
    return this.sandbox.path("go.log");
  }
}
