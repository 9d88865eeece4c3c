import { asConfigText, decrypted, type Decrypter, holdsCiphertext } from "./configValue";
import { CiphertextError, SecretsError } from "../../config/secretsError";
import type { StackFile } from "./stackFile";

/** A stack's configuration in the form that `pulumi.runtime.setAllConfig` takes. */
export interface StackConfig {
  /** Text by `project:key`; objects, lists, numbers and booleans are JSON. */
  readonly values: Record<string, string>;
  /** The keys of which some part is encrypted in the file. */
  readonly secretKeys: string[];
}

/**
 * Decrypts a stack's configuration as the CLI does for a program.
 * Defaults that stand in `Pulumi.yaml` are not merged in.
 *
 * @param decrypter - May be left out if the file encrypts nothing.
 * @throws SecretsError if a value is encrypted and there is no decrypter.
 * @throws CiphertextError naming the key that cannot be decrypted.
 */
export function readConfig(file: StackFile, decrypter?: Decrypter): StackConfig {
  file.requirePassphraseProvider();
  const values: Record<string, string> = {};
  const secretKeys: string[] = [];
  for (const key of file.keys()) {
    const value = file.value(key) ?? null;
    const secret = holdsCiphertext(value);
    if (secret) secretKeys.push(key);
    if (secret && decrypter === undefined) {
      throw new SecretsError(`${file.name}: ${key} is encrypted, but there is no encryptionsalt`);
    }
    try {
      values[key] = asConfigText(decrypter === undefined ? value : decrypted(value, decrypter));
    } catch (error) {
      if (!(error instanceof CiphertextError)) throw error;
      throw new CiphertextError(
        `${file.name}: ${key} cannot be decrypted (${error.message}); restore it from version ` +
          `control, or replace it: npm run secrets -- --stack ${file.stack} ` +
          `--rotate ${key.slice(key.indexOf(":") + 1)}`,
      );
    }
  }
  return { values, secretKeys };
}
