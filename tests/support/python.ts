import { spawn, spawnSync } from "node:child_process";

/** What a program printed, and how it ended. */
export interface PythonRun {
  readonly code: number | null;
  readonly output: string;
}

// `python` is what the official image calls it, `python3` what most systems do.
const program = ["python3", "python"].find((name) => {
  const check = "import sys, tarfile; sys.exit(not hasattr(tarfile, 'fully_trusted_filter'))";
  return spawnSync(name, ["-c", check]).status === 0;
});

/** Runs a Python program to its end, with nothing but this environment and the PATH. */
export function python(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<PythonRun> {
  const child = spawn(program ?? "python3", argv, {
    env: { PATH: process.env["PATH"] ?? "", PYTHONDONTWRITEBYTECODE: "1", ...env },
  });
  let output = "";
  const hear = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  return new Promise((settle, fail) => {
    child.on("error", fail);
    child.on("close", (code) => settle({ code, output }));
  });
}

/** Skips a test where there is no Python, and says so. */
export function needsPython(context: Mocha.Context): void {
  if (program !== undefined) return;
  console.log(`    skipped: needs python3, 3.11.4 or newer: ${context.test?.fullTitle() ?? ""}`);
  context.skip();
}
