import {
  constants,
  createCipheriv,
  publicEncrypt,
  randomBytes,
  X509Certificate,
  type KeyObject,
} from "node:crypto";
import { UserError } from "./errors";

/**
 * The public key of a Sealed Secrets controller.
 *
 * @throws UserError if the text is not a PEM certificate with an RSA key, or the certificate has expired.
 */
export function sealingKey(pem: string, now: Date): KeyObject {
  const certificate = parsed(pem);
  if (certificate?.publicKey.asymmetricKeyType !== "rsa") {
    throw new UserError(`sealingCertificate is not a PEM certificate with an RSA key; ${fetch}`);
  }
  if (new Date(certificate.validTo) < now) {
    throw new UserError(`sealingCertificate expired on ${certificate.validTo}; ${fetch}`);
  }
  return certificate.publicKey;
}

const fetch = "set it to what `kubeseal --fetch-cert` prints";

function parsed(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

/**
 * Encrypts a text so that only the controller can read it, and only for a SealedSecret of this
 * namespace: the scope `namespace-wide`. The format is that of
 * https://github.com/bitnami-labs/sealed-secrets/blob/main/docs/developer/crypto.md: two bytes with the
 * length of the wrapped key; a random AES-256 key, wrapped by RSA-OAEP with SHA-256 and the namespace as
 * label; the text, encrypted with that key in GCM mode.
 */
export function seal(key: KeyObject, namespace: string, text: string): string {
  const sessionKey = randomBytes(32);
  const wrapped = publicEncrypt(
    {
      key,
      padding: constants.RSA_PKCS1_OAEP_PADDING,
      oaepHash: "sha256",
      oaepLabel: Buffer.from(namespace),
    },
    sessionKey,
  );
  const length = Buffer.alloc(2);
  length.writeUInt16BE(wrapped.length);
  // The key is used once, so the nonce may be zero.
  const cipher = createCipheriv("aes-256-gcm", sessionKey, Buffer.alloc(12));
  const sealed = [
    length,
    wrapped,
    cipher.update(text, "utf8"),
    cipher.final(),
    cipher.getAuthTag(),
  ];
  return Buffer.concat(sealed).toString("base64");
}

/** Whether a text has the form of a sealed value; only the controller can tell whether it is one. */
export function isSealed(text: string): boolean {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return false;
  const bytes = Buffer.from(text, "base64");
  if (bytes.length < 2) return false;
  const wrapped = bytes.readUInt16BE();
  // RSA keys of 2048 bits and more; 16 bytes is the authentication tag.
  return wrapped >= 256 && wrapped % 64 === 0 && bytes.length >= 2 + wrapped + 16;
}
