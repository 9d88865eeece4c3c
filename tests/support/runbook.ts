import { spawn } from "node:child_process";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systems } from "../../systems";
import { plainSettings } from "../../tools/project/stackConfig";
import { home, root } from "./stackberth";
import { testCluster } from "./testCluster";

type Commands = Readonly<Record<string, string>>;

/** The commands of a system with these settings, by what they are for. */
export function runbookOf(system: string, settings: object): Commands {
  const { runbook, schema } = systems[system] ?? {};
  const entries = runbook?.(schema?.parse(settings)) ?? [];
  return Object.fromEntries(entries.map(({ title, command }) => [title, command]));
}

/** The commands of a stack for the operators of its systems, by system. */
export function runbooksOf(stack: string): Readonly<Record<string, Commands>> {
  const values = plainSettings(root, stack);
  const names = values["systems"] as readonly string[];
  return Object.fromEntries(names.map((name) => [name, runbookOf(name, values[name] ?? {})]));
}

/** Why a command cannot succeed here; nothing if it can. */
export function needsNode(command: string): string | undefined {
  return / (exec|port-forward) | --stdin /.test(command)
    ? "the embedded cluster's nodes are simulated: no container runs that it could talk to"
    : undefined;
}

/** A command with the name that an operator would write in place of NODE. */
export const onNode = (command: string, node: string): string => command.replace(/\bNODE\b/g, node);

/** Runs a command as an operator would: in a shell whose kubectl knows the tests' cluster. */
export async function operate(command: string): Promise<{ code: number | null; output: string }> {
  const { embedded } = await testCluster();
  const folder = join(home, "runbook");
  mkdirSync(folder, { recursive: true });
  const program = embedded.kubectl.map((word) => `'${word}'`).join(" ");
  // Whole at any time: another test may be running it.
  const written = join(folder, `kubectl.${process.pid}`);
  writeFileSync(written, `#!/bin/sh\nexec ${program} "$@"\n`, { mode: 0o755 });
  renameSync(written, join(folder, "kubectl"));
  const env = { ...process.env, PATH: `${folder}:${process.env["PATH"] ?? ""}` };
  const child = spawn("sh", ["-c", command], { env });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  }
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, output })));
}
