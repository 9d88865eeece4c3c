import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../lib/errors";
import { textAt } from "../../lib/objects";
import { readProject } from "../project/stackConfig";
import { readStackFile, requireSalt } from "../project/stackFile";
import { stateFolder } from "../project/stateFolder";
import { type Finished, runPulumi } from "./cli";
import type { Engine } from "./engine";
import { engineEnvironment, requirePassphrase, wrongPassphrase } from "./environment";

/** Whose configuration to read or change, and what by. */
export interface ConfigArgs {
  readonly root: string;
  readonly stack: string;
  readonly engine: Engine;
  /** Taken instead of what the environment says. @default - the environment's, else the public one */
  readonly passphrase?: string;
}

/** A value is encrypted, but was altered, or does not belong to the stack's passphrase. */
export class CiphertextError extends UserError {}

/** Every value of a stack by `project:key`, decrypted, as a program would get it. */
export async function readConfig(args: ConfigArgs): Promise<ReadonlyMap<string, string>> {
  requireOpenable(args);
  const printed = await config(["--show-secrets", "--json"], args);
  const values = JSON.parse(printed) as Readonly<Record<string, { readonly value?: string }>>;
  return new Map(Object.entries(values).map(([key, { value = "" }]) => [key, value]));
}

/** One value of a stack, decrypted. */
export async function readConfigValue(key: string, args: ConfigArgs): Promise<string> {
  requireOpenable(args);
  return (await config(["get", key], args)).replace(/\n$/, "");
}

/** Stores one value, which goes by standard input: anybody may read a process's arguments. */
export async function storeConfigValue(
  key: string,
  value: string,
  how: "secret" | "plaintext",
  args: ConfigArgs,
): Promise<void> {
  if (how === "secret") requireOpenable(args);
  // The CLI drops one line break at the end.
  await config(["set", `--${how}`, key], args, `${value}\n`);
}

/** The CLI would make a new encryptionsalt for what cannot be opened for want of one. */
function requireOpenable({ root, stack, passphrase }: ConfigArgs): void {
  requireSalt(readStackFile(root, stack, textAt(readProject(root), "name")));
  if (passphrase === undefined) requirePassphrase(root, stack);
}

async function config(words: readonly string[], args: ConfigArgs, input = ""): Promise<string> {
  const { root, stack, engine, passphrase } = args;
  const env = {
    ...engineEnvironment(root, engine, stack),
    ...(passphrase !== undefined && { PULUMI_CONFIG_PASSPHRASE: passphrase }),
    ...standIn(root),
  };
  const run = (): Promise<Finished> =>
    runPulumi(["config", ...words, "--stack", stack], { root, engine, env, input });
  let finished = await run();
  if (finished.code !== 0 && /no stack named/.test(finished.stderr)) {
    await introduce(args);
    finished = await run();
  }
  if (finished.code === 0) return finished.stdout;
  const said = finished.stderr.trim();
  if (/could not decrypt configuration value/.test(said)) {
    throw new CiphertextError(
      `Pulumi.${stack}.yaml: ${words[0] === "get" ? words[1] : "a value"} cannot be decrypted; ` +
        "restore it from version control, or set it again",
    );
  }
  const refusal = new UserError(`pulumi config ${words[0] ?? ""} --stack ${stack}: ${said}`);
  throw wrongPassphrase(refusal, stack) ?? refusal;
}

const folderOf = (root: string): string => join(stateFolder(root), "pulumi-config");

/**
 * `pulumi config` is about a stack's file, but asks for a stack that a backend knows. This backend knows
 * no more of it than its name, so that nobody's own is asked, and none gets a stack that only was read.
 */
function standIn(root: string): Readonly<Record<string, string>> {
  const state = join(folderOf(root), "state");
  mkdirSync(state, { recursive: true, mode: 0o700 });
  return { PULUMI_BACKEND_URL: `file://${encodeURI(state)}?metadata=skip` };
}

/** Tells that backend of a stack, out of sight of its file, which the CLI would give an encryptionsalt. */
async function introduce({ root, stack, engine }: ConfigArgs): Promise<void> {
  const elsewhere = join(folderOf(root), "project");
  mkdirSync(elsewhere, { recursive: true, mode: 0o700 });
  const name = textAt(readProject(root), "name");
  writeFileSync(join(elsewhere, "Pulumi.yaml"), `name: ${name}\nruntime: nodejs\n`);
  rmSync(join(elsewhere, `Pulumi.${stack}.yaml`), { force: true });
  const argv = ["stack", "init", stack, "--no-select", "--secrets-provider", "passphrase"];
  // It locks nothing: no value of the stack ever comes here.
  const env = { ...engine.env, ...standIn(root), PULUMI_CONFIG_PASSPHRASE: "nothing to lock" };
  const { code, stderr } = await runPulumi(argv, { root: elsewhere, engine, env });
  // Another command may have been faster.
  if (code === 0 || /already exists/.test(stderr)) return;
  throw new UserError(`pulumi ${argv.join(" ")}: ${stderr.trim()}`);
}
