import { spawnSync } from "node:child_process";

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
): PythonRun {
  const { status, stdout, stderr } = spawnSync(program ?? "python3", argv, {
    encoding: "utf8",
    env: { PATH: process.env["PATH"] ?? "", PYTHONDONTWRITEBYTECODE: "1", ...env },
  });
  return { code: status, output: `${stdout}${stderr}` };
}

/** Skips a test where there is no Python, and says so. */
export function needsPython(context: Mocha.Context): void {
  if (program !== undefined) return;
  console.log(`    skipped: needs python3, 3.11.4 or newer: ${context.test?.fullTitle() ?? ""}`);
  context.skip();
}
