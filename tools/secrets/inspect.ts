import { ciphertextOf } from "./configValue";
import { flawOf, type SecretDeclaration } from "../../config/secretDeclaration";
import { listStacks } from "./disk";
import { CiphertextError, SecretsError } from "../../config/secretsError";
import { openStack, passphraseOf, publicOwner } from "./openStack";
import type { OpenStack, StackAccess } from "./openStack";
import type { Crypter } from "./passphrase";
import { isSealed } from "../../lib/seal";
import type { StackFile } from "./stackFile";

/** Something about a secret that the user should know, in one line that gives no value away. */
export interface Finding {
  readonly message: string;
  /** Whether the command must fail for it. */
  readonly failing: boolean;
}

/** The command that mends one secret. */
export function mendingCommand(
  stack: string,
  mode: "generate" | "set" | "rotate",
  { key, kind }: SecretDeclaration,
): string {
  const base = `npm run secrets -- --stack ${stack}`;
  if (mode === "generate") return base;
  return `${base} --${mode} ${key}${mode === "set" || kind === "user" ? " < file" : ""}`;
}

/** Whether the key has no value yet: absent, or there with nothing after the colon. */
export function isMissing(file: StackFile, { key }: SecretDeclaration): boolean {
  return (file.value(key) ?? null) === null;
}

/**
 * Looks at one secret in one stack: missing, in plain text, undecryptable or unfit.
 *
 * @param sealed - Whether the stack has its secrets sealed; of a sealed one only the form can be seen.
 */
export function inspectSecret(
  { file, crypter }: OpenStack,
  declaration: SecretDeclaration,
  sealed = false,
): Finding | undefined {
  const { key, kind, description, usedIn, optional = false } = declaration;
  if (isMissing(file, declaration)) {
    const command = mendingCommand(file.stack, kind === "user" ? "set" : "generate", declaration);
    const state = optional ? "is not set (optional)" : "is missing";
    return {
      message: `${key} ${state}: ${description} (${usedIn}). Set it: ${command}`,
      failing: !optional,
    };
  }
  const problem = sealed
    ? sealProblem(file, declaration)
    : storageProblem(file, crypter, declaration);
  if (problem === undefined) return undefined;
  const mend = mendingCommand(file.stack, "rotate", declaration);
  return { message: `${key} ${problem} in ${file.name}. Replace it: ${mend}`, failing: true };
}

function sealProblem(file: StackFile, { key }: SecretDeclaration): string | undefined {
  const value = file.value(key);
  const isFit = typeof value === "string" && isSealed(value);
  return isFit ? undefined : "is not sealed for the cluster";
}

function storageProblem(
  file: StackFile,
  crypter: Crypter | undefined,
  declaration: SecretDeclaration,
): string | undefined {
  const secure = ciphertextOf(file.value(declaration.key));
  if (secure === undefined) return "is stored in plain text";
  try {
    return crypter === undefined ? undefined : flawOf(declaration, crypter.decrypt(secure));
  } catch (error) {
    if (error instanceof CiphertextError) return `cannot be decrypted (${error.message})`;
    throw error;
  }
}

/** Compares a stack with every other whose passphrase is at hand; they must share no value. */
export function compareStacks(
  stack: OpenStack,
  declarations: readonly SecretDeclaration[],
  access: StackAccess,
): readonly Finding[] {
  const { file } = stack;
  const others = listStacks(access.root).filter((name) => name !== file.stack);
  return others.flatMap((name): readonly Finding[] => {
    const other = tryOpen(name, access);
    if (other === undefined) {
      const message = `not compared with stack ${name}: it cannot be opened with what is known here`;
      return [{ message, failing: false }];
    }
    const equal = declarations.filter(({ key }) => {
      const mine = plainOf(stack, key);
      return mine !== undefined && mine === plainOf(other, key);
    });
    return equal.map((declaration) => ({
      message:
        `${declaration.key} is equal in ${file.name} and ${other.file.name}. Replace one: ` +
        mendingCommand(file.stack, "rotate", declaration),
      failing: true,
    }));
  });
}

/** Finds a stack that is locked with another stack's published passphrase. */
export function inspectPassphrase({ file }: OpenStack, access: StackAccess): readonly Finding[] {
  if (file.encryptionsalt === undefined) return [];
  const owner = publicOwner(passphraseOf(file.stack, access).passphrase, file.stack, access);
  if (owner === undefined) return [];
  const message =
    `${file.name} is encrypted with the public passphrase of stack ${owner}. Change it: ` +
    `pulumi stack change-secrets-provider --stack ${file.stack} passphrase, then rotate every key`;
  return [{ message, failing: true }];
}

function tryOpen(stack: string, access: StackAccess): OpenStack | undefined {
  // The environment holds one passphrase: another stack may still open with its public one.
  for (const env of [access.env, {}]) {
    try {
      return openStack(stack, { ...access, env });
    } catch (error) {
      if (!(error instanceof SecretsError)) throw error;
    }
  }
  return undefined;
}

function plainOf({ file, crypter }: OpenStack, key: string): string | undefined {
  const value = file.value(key);
  const secure = ciphertextOf(value);
  if (secure === undefined) return typeof value === "string" ? value : undefined;
  try {
    return crypter?.decrypt(secure);
  } catch (error) {
    if (error instanceof CiphertextError) return undefined;
    throw error;
  }
}
