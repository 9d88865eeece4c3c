import { createCipheriv, createDecipheriv, pbkdf2Sync, randomBytes } from "node:crypto";
import { CiphertextError, SecretsError, WrongPassphraseError } from "../../config/secretsError";

export { findPassphrase, type FoundPassphrase } from "./findPassphrase";

// The numbers are Pulumi's: the files must open with the CLI and with this program alike.
const iterations = 1_000_000;
const keyBytes = 32;
const saltBytes = 8;
const nonceBytes = 12;
const tagBytes = 16;
const cipherName = "aes-256-gcm";
const probe = "pulumi";
const base64Text = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const derivedKeys = new Map<string, Buffer>();

function deriveKey(passphrase: string, salt: Buffer): Buffer {
  const cacheKey = `${salt.toString("base64")}:${passphrase}`;
  const cached = derivedKeys.get(cacheKey);
  if (cached !== undefined) return cached;
  const key = pbkdf2Sync(passphrase, salt, iterations, keyBytes, "sha256");
  derivedKeys.set(cacheKey, key);
  return key;
}

function decodeBase64(text: string | undefined): Buffer | undefined {
  return text !== undefined && base64Text.test(text) ? Buffer.from(text, "base64") : undefined;
}

/** Encrypts and decrypts configuration values as Pulumi's passphrase secrets provider does. */
export class Crypter {
  // A private name keeps the key out of console.log and JSON.stringify.
  readonly #key: Buffer;

  private constructor(key: Buffer) {
    this.#key = key;
  }

  /**
   * Starts a new salt for a passphrase.
   *
   * @returns The crypter, and the text to store as the stack's `encryptionsalt`.
   */
  static create(passphrase: string): { readonly crypter: Crypter; readonly salt: string } {
    const salt = randomBytes(saltBytes);
    const crypter = new Crypter(deriveKey(passphrase, salt));
    return { crypter, salt: `v1:${salt.toString("base64")}:${crypter.encrypt(probe)}` };
  }

  /**
   * Opens a stack with the `encryptionsalt` from its file.
   *
   * @throws SecretsError if the salt is malformed.
   * @throws WrongPassphraseError if the passphrase is not the one the salt was made with.
   */
  static open(passphrase: string, encryptionsalt: string): Crypter {
    const [version, saltText, ...rest] = encryptionsalt.split(":");
    const salt = decodeBase64(saltText);
    if (version !== "v1" || salt === undefined || rest.length !== 3) {
      throw new SecretsError(
        'encryptionsalt is malformed: expected "v1:<salt>:v1:<nonce>:<ciphertext>"; ' +
          "restore the line from version control",
      );
    }
    const crypter = new Crypter(deriveKey(passphrase, salt));
    if (crypter.#opens(rest.join(":"))) return crypter;
    throw new WrongPassphraseError("the passphrase does not match the encryptionsalt");
  }

  /** Encrypts one value, with a fresh nonce each time, as `v1:<nonce>:<ciphertext>`. */
  encrypt(plain: string): string {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv(cipherName, this.#key, nonce);
    const sealed = [cipher.update(plain, "utf8"), cipher.final(), cipher.getAuthTag()];
    return `v1:${nonce.toString("base64")}:${Buffer.concat(sealed).toString("base64")}`;
  }

  /**
   * Decrypts what {@link encrypt} or the Pulumi CLI wrote.
   *
   * @throws CiphertextError if the text is malformed, was altered, or belongs to another key.
   */
  decrypt(secure: string): string {
    const [version, nonceText, sealedText, ...rest] = secure.split(":");
    const nonce = decodeBase64(nonceText);
    const sealed = decodeBase64(sealedText);
    if (version !== "v1" || nonce?.length !== nonceBytes || rest.length > 0) {
      throw new CiphertextError('not in the form "v1:<nonce>:<ciphertext>"');
    }
    if (sealed === undefined || sealed.length < tagBytes) {
      throw new CiphertextError("the ciphertext is cut short or is not base64");
    }
    const options = { authTagLength: tagBytes };
    const decipher = createDecipheriv(cipherName, this.#key, nonce, options);
    decipher.setAuthTag(sealed.subarray(-tagBytes));
    try {
      const opened = [decipher.update(sealed.subarray(0, -tagBytes)), decipher.final()];
      return Buffer.concat(opened).toString("utf8");
    } catch {
      throw new CiphertextError("the ciphertext was altered, or encrypted with another key");
    }
  }

  #opens(sealedProbe: string): boolean {
    try {
      return this.decrypt(sealedProbe) === probe;
    } catch (error) {
      if (error instanceof CiphertextError) return false;
      throw error;
    }
  }
}
