import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { SecretsError } from "../../config/secretsError";

/** A passphrase, and the words that tell the user where it was found. */
export interface FoundPassphrase {
  readonly passphrase: string;
  readonly source: string;
}

/**
 * Finds a stack's passphrase where the Pulumi CLI looks, then among the public ones.
 *
 * @param root - Directory that a relative `PULUMI_CONFIG_PASSPHRASE_FILE` starts from.
 * @param publicPassphrases - Published passphrase of each stack that has one. @default - none
 * @throws SecretsError if there is no passphrase or its file cannot be read.
 */
export function findPassphrase(
  stack: string,
  root: string,
  env: NodeJS.ProcessEnv,
  publicPassphrases: Readonly<Record<string, string>> = {},
): FoundPassphrase {
  const direct = env["PULUMI_CONFIG_PASSPHRASE"];
  // Set but empty is the empty passphrase, as in the CLI.
  if (direct !== undefined) return { passphrase: direct, source: "PULUMI_CONFIG_PASSPHRASE" };
  const file = env["PULUMI_CONFIG_PASSPHRASE_FILE"];
  if (file !== undefined && file !== "") {
    return { passphrase: readPassphraseFile(resolve(root, file)), source: file };
  }
  const shared = Object.hasOwn(publicPassphrases, stack) ? publicPassphrases[stack] : undefined;
  if (shared !== undefined) return { passphrase: shared, source: "the public passphrase" };
  throw new SecretsError(
    `no passphrase for stack ${stack}: set PULUMI_CONFIG_PASSPHRASE, or set ` +
      "PULUMI_CONFIG_PASSPHRASE_FILE to a file that holds it",
  );
}

function readPassphraseFile(path: string): string {
  try {
    // The CLI trims Unicode white space at both ends; a byte order mark is none.
    return readFileSync(path, "utf8").replace(/^\p{White_Space}+|\p{White_Space}+$/gu, "");
  } catch (error) {
    throw new SecretsError(
      `cannot read the passphrase file ${path}: create it, or correct ` +
        "PULUMI_CONFIG_PASSPHRASE_FILE",
      { cause: error },
    );
  }
}
