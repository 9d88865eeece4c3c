import { SecretsError, WrongPassphraseError } from "../../config/secretsError";
import { Crypter, findPassphrase, type FoundPassphrase } from "./passphrase";
import { StackFile } from "./stackFile";

/** Where stacks lie and how their passphrases are found. */
export interface StackAccess {
  /** Directory of `Pulumi.yaml` and the stack files. */
  readonly root: string;
  /** The project's name, the first part of its configuration keys. */
  readonly project: string;
  readonly env: NodeJS.ProcessEnv;
  /** The published passphrase of each stack that has one. */
  readonly publicPassphrases: Readonly<Record<string, string>>;
}

/** A stack's file, with the crypter for its values unless the file has no `encryptionsalt` yet. */
export interface OpenStack {
  readonly file: StackFile;
  readonly crypter: Crypter | undefined;
}

/**
 * Reads a stack's file and opens its secrets.
 *
 * @throws SecretsError if the file is missing or broken, or has another secrets provider.
 * @throws WrongPassphraseError naming the file and where the passphrase came from.
 */
export function openStack(stack: string, access: StackAccess): OpenStack {
  const file = StackFile.read(access.root, stack, access.project);
  file.requirePassphraseProvider();
  if (file.encryptionsalt !== undefined) {
    return { file, crypter: openWith(passphraseOf(stack, access), file, access) };
  }
  const [orphan] = Object.keys(file.secureValues());
  if (orphan === undefined) return { file, crypter: undefined };
  throw new SecretsError(
    `${file.name}: ${orphan} is encrypted, but the file has no encryptionsalt to decrypt it with; ` +
      "restore that line from version control, or remove the key",
  );
}

/**
 * The stack's crypter; a file without `encryptionsalt` is given one, to be saved by the caller.
 *
 * @throws SecretsError if the passphrase is empty, or public but not this stack's.
 */
export function ensureCrypter({ file, crypter }: OpenStack, access: StackAccess): Crypter {
  if (crypter !== undefined) return crypter;
  const { passphrase, source } = passphraseOf(file.stack, access);
  if (passphrase === "") {
    throw new SecretsError(
      `${source} is empty: set it to a passphrase before ${file.name} gets its first secret`,
    );
  }
  const owner = publicOwner(passphrase, file.stack, access);
  if (owner !== undefined) {
    throw new SecretsError(
      `${source} holds the public passphrase of stack ${owner}, which protects nothing in ` +
        `${file.name}: set it to a passphrase of its own`,
    );
  }
  const fresh = Crypter.create(passphrase);
  file.setEncryptionsalt(fresh.salt);
  return fresh.crypter;
}

/** The other stack that published this passphrase, if any did and this stack did not. */
export function publicOwner(
  passphrase: string,
  stack: string,
  { publicPassphrases }: StackAccess,
): string | undefined {
  const owners = Object.keys(publicPassphrases).filter(
    (name) => publicPassphrases[name] === passphrase,
  );
  return owners.includes(stack) ? undefined : owners[0];
}

/** The stack's passphrase, by {@link findPassphrase}. */
export function passphraseOf(stack: string, access: StackAccess): FoundPassphrase {
  return findPassphrase(stack, access.root, access.env, access.publicPassphrases);
}

function openWith(found: FoundPassphrase, file: StackFile, access: StackAccess): Crypter {
  try {
    return Crypter.open(found.passphrase, file.encryptionsalt ?? "");
  } catch (error) {
    if (error instanceof WrongPassphraseError) {
      const isPublic = Object.hasOwn(access.publicPassphrases, file.stack);
      throw new WrongPassphraseError(
        `${found.source} does not open ${file.name}: set PULUMI_CONFIG_PASSPHRASE or ` +
          `PULUMI_CONFIG_PASSPHRASE_FILE to the passphrase of stack ${file.stack}` +
          (isPublic ? ", or unset both to use its public one" : ""),
      );
    }
    if (error instanceof SecretsError) throw new SecretsError(`${file.name}: ${error.message}`);
    throw error;
  }
}
