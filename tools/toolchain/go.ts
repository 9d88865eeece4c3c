import { coerce, lt } from "semver";
import { isCode, UserError } from "../../lib/errors";
import { goVersionOf } from "./programs";
import { run } from "./run";

/** @throws UserError that says what to install, unless a Go new enough for the module is there. */
export async function requireGo(sources: string): Promise<void> {
  const needed = goVersionOf(sources);
  const complaints: string[] = [];
  const found = await run("go", ["env", "GOVERSION"], {
    cwd: sources,
    onComplaint: (line) => complaints.push(line),
  }).catch((error: unknown) => {
    if (isCode(error, "ENOENT")) return undefined;
    throw error;
  });
  if (found === undefined) throw noGo(needed, "there is no `go` command on PATH");
  if (found.code !== 0) throw noGo(needed, complaints.join(" ").replace(/^go: /, ""));
  const version = found.stdout.trim().replace(/^go/, "");
  if (isOlder(version, needed)) throw noGo(needed, `the \`go\` command here is go${version}`);
}

function noGo(needed: string, problem: string): UserError {
  return new UserError(
    [
      `Some programs must be built once, which needs Go ${needed} or newer: ${problem}.`,
      "Install it from https://go.dev/dl/. Or build less: `npm run toolchain -- install` downloads the official",
      "pulumi, and `--context NAME` deploys to a cluster of yours instead of the embedded one.",
    ].join("\n"),
  );
}

/** Whether a version such as `1.26.8` is older than another; what follows a number is ignored. */
export const isOlder = (found: string, needed: string): boolean =>
  lt(coerce(found) ?? "0.0.0", coerce(needed) ?? "0.0.0");
