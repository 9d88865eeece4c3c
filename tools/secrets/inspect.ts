import { flawOf, type SecretDeclaration } from "../../config/secretDeclaration";
import { UserError } from "../../lib/errors";
import { isSealed } from "../../lib/seal";
import { type Passphrase, publicPassphrase, publicPassphrases } from "../pulumi/environment";
import type { Opened } from "./keeping";
import type { SecretStore, Stored, StoredValues } from "./store";

/** A problem with a secret, in one line that reveals no value. */
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

/** Looks at one secret in one stack: missing, in plain text, undecryptable or unfit. */
export function inspectSecret(
  { stack, store, seal }: Opened,
  stored: Stored | undefined,
  declaration: SecretDeclaration,
): Finding | undefined {
  const { key, kind, description, usedIn, optional = false } = declaration;
  if (stored === undefined) {
    const command = mendingCommand(stack, kind === "user" ? "set" : "generate", declaration);
    const state = optional ? "is not set (optional)" : "is missing";
    return {
      message: `${key} ${state}: ${description} (${usedIn}). Set it: ${command}`,
      failing: !optional,
    };
  }
  // Of a sealed one only the form can be seen.
  const problem = seal ? sealProblem(stored) : storageProblem(stored, declaration);
  if (problem === undefined) return undefined;
  const mend = mendingCommand(stack, "rotate", declaration);
  return { message: `${key} ${problem} in ${store.name}. Replace it: ${mend}`, failing: true };
}

function sealProblem({ value = "" }: Stored): string | undefined {
  return isSealed(value) ? undefined : "is not sealed for the cluster";
}

function storageProblem(stored: Stored, declaration: SecretDeclaration): string | undefined {
  const { isEncrypted, value } = stored;
  if (!isEncrypted) return "is stored in plain text";
  if (value !== undefined) return flawOf(declaration, value);
  return "cannot be decrypted (altered, or encrypted with another passphrase)";
}

/** Opens the store of any stack. */
export type StoreOf = (stack: string, passphrase?: string) => SecretStore;

/** Compares a stack with others whose passphrase is at hand; they must share no value. */
export async function compareStacks(
  { stack, store, values }: Opened,
  declarations: readonly SecretDeclaration[],
  others: readonly string[],
  storeOf: StoreOf,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const name of others) {
    const found = await tryOpen(name, declarations, storeOf);
    if (found === undefined) {
      const message = `not compared with stack ${name}: no passphrase known here opens it`;
      findings.push({ message, failing: false });
      continue;
    }
    const equal = declarations.filter(({ key }) => {
      const value = values.get(key)?.value;
      return value !== undefined && value === found.get(key)?.value;
    });
    for (const declaration of equal) {
      const message =
        `${declaration.key} has the same value in ${store.name} and Pulumi.${name}.yaml. Replace one: ` +
        mendingCommand(stack, "rotate", declaration);
      findings.push({ message, failing: true });
    }
  }
  return findings;
}

async function tryOpen(
  stack: string,
  declarations: readonly SecretDeclaration[],
  storeOf: StoreOf,
): Promise<StoredValues | undefined> {
  const known = publicPassphrase(stack);
  // The environment holds one passphrase: another stack may still open with its public one.
  for (const passphrase of known === undefined ? [undefined] : [undefined, known]) {
    try {
      const store = storeOf(stack, passphrase);
      const stored = store.read();
      // What has none of these values has none in common.
      return declarations.some(({ key }) => stored.has(key)) ? await store.open() : stored;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  }
  return undefined;
}

/** Finds a stack that is locked with another stack's published passphrase. */
export function inspectPassphrase(
  { stack, store }: Opened,
  { text }: Passphrase,
): readonly Finding[] {
  const owner = publicOwner(text, stack);
  if (owner === undefined) return [];
  const message =
    `${store.name} is encrypted with the public passphrase of stack ${owner}. Change it: ` +
    `npm run pulumi -- stack change-secrets-provider passphrase --stack ${stack}, then rotate every key`;
  return [{ message, failing: true }];
}

/** Refuses an unsafe passphrase before the first secret is encrypted with it. */
export function requireFit({ text, source }: Passphrase, { stack, store }: Opened): void {
  if (text === "") {
    throw new UserError(
      `${source} is empty: set it to a passphrase before ${store.name} gets its first secret`,
    );
  }
  const owner = publicOwner(text, stack);
  if (owner === undefined) return;
  throw new UserError(
    `${source} holds the public passphrase of stack ${owner}, which protects nothing in ` +
      `${store.name}: set it to a private passphrase`,
  );
}

/** The other stack that published this passphrase, if any did and this stack did not. */
function publicOwner(passphrase: string, stack: string): string | undefined {
  if (publicPassphrase(stack) === passphrase) return undefined;
  return Object.keys(publicPassphrases).find((name) => publicPassphrases[name] === passphrase);
}
