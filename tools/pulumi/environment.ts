import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { messageOf, UserError } from "../../lib/errors";
import { backendUrl } from "./backend";
import type { Engine } from "./engine";

/** Passphrases that are published because they only guard throw-away data. */
export const publicPassphrases: Readonly<Record<string, string>> = { dev: "stackberth-dev" };

/** The published passphrase of a stack, if it has one; a review's file opens by that of dev. */
export function publicPassphrase(stack: string): string | undefined {
  return publicPassphrases[stack.startsWith("review-") ? "dev" : stack];
}

/** Whether a stack encrypts with a passphrase, and not by a key service. */
export function hasPassphrase(root: string, stack: string): boolean {
  const path = join(root, `Pulumi.${stack}.yaml`);
  // A review whose file is elsewhere was made with one.
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  return !/^secretsprovider:[ \t]*(?!["']?(passphrase|default))\S/m.test(text);
}

/** The variables by which `pulumi` is told a passphrase. */
const passphraseVariables = ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"];

/** Whether the user has said a passphrase; an empty one is one, as for the CLI. */
function isPassphraseSet(env: NodeJS.ProcessEnv): boolean {
  return passphraseVariables.some((name) => env[name] !== undefined);
}

/** @throws UserError if a stack that encrypts with a passphrase has none. */
export function requirePassphrase(root: string, stack: string, env = process.env): void {
  if (isPassphraseSet(env) || publicPassphrase(stack) !== undefined) return;
  if (!hasPassphrase(root, stack)) return;
  throw new UserError(
    `stack ${stack} has no passphrase: set PULUMI_CONFIG_PASSPHRASE, or PULUMI_CONFIG_PASSPHRASE_FILE ` +
      "to the path of a file that holds it",
  );
}

/** A passphrase, and the words that tell the user where it is from. */
export interface Passphrase {
  readonly text: string;
  readonly source: string;
}

/** The passphrase that the CLI takes for a stack. @throws UserError if there is none. */
export function passphraseOf(root: string, stack: string, env = process.env): Passphrase {
  requirePassphrase(root, stack, env);
  const [text, file] = passphraseVariables.map((name) => env[name]);
  if (text !== undefined) return { text, source: "PULUMI_CONFIG_PASSPHRASE" };
  if (file === undefined) {
    return { text: publicPassphrase(stack) ?? "", source: "the public passphrase" };
  }
  try {
    return { text: readFileSync(resolve(root, file), "utf8").trim(), source: file };
  } catch (error) {
    throw new UserError(`PULUMI_CONFIG_PASSPHRASE_FILE: cannot read the file: ${messageOf(error)}`);
  }
}

/** The error for a passphrase that does not decrypt a stack's secrets; undefined for any other error. */
export function wrongPassphrase(error: unknown, stack: string): UserError | undefined {
  if (!/incorrect passphrase|passphrase must be set/i.test(messageOf(error))) return undefined;
  const isPublic = publicPassphrase(stack) !== undefined;
  return new UserError(
    `the passphrase does not decrypt Pulumi.${stack}.yaml: set PULUMI_CONFIG_PASSPHRASE or ` +
      `PULUMI_CONFIG_PASSPHRASE_FILE to that of stack ${stack}` +
      (isPublic ? ", or unset both to use its public one" : ""),
  );
}

/**
 * How many resources the engine works on at once. By default four a processor: on two of them, it began with nothing new
 * while it waited for the pods of eight workloads.
 */
const parallel = "100";

/**
 * What the environment of an engine's processes must hold beside what it has.
 *
 * @param stack - Whose public passphrase is handed over, unless the user has set one.
 * @param kubeconfig - Path of the kubeconfig that the provider reads. @default - what it finds itself
 */
export function engineEnvironment(
  root: string,
  engine: Engine,
  stack: string,
  kubeconfig?: string,
): Readonly<Record<string, string>> {
  const url = backendUrl(root, engine.own);
  const passphrase = isPassphraseSet(process.env) ? undefined : publicPassphrase(stack);
  return {
    ...engine.env,
    PULUMI_PARALLEL: process.env["PULUMI_PARALLEL"] ?? parallel,
    ...(url !== undefined && { PULUMI_BACKEND_URL: url }),
    ...(passphrase !== undefined && { PULUMI_CONFIG_PASSPHRASE: passphrase }),
    ...(kubeconfig !== undefined && { KUBECONFIG: kubeconfig }),
  };
}
