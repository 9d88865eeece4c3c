import { constants, createDecipheriv, createPrivateKey, privateDecrypt } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const file = (name: string): string =>
  readFileSync(join(__dirname, "..", "fixtures", "sealing", name), "utf8");

/** A controller's certificate, and one with a key that is not RSA. */
export const certificate = file("certificate.pem");
export const elliptic = file("elliptic.pem");

/** `kubeseal --raw --scope namespace-wide --namespace lab` of `sealed by kubeseal: ✓ "`, with that certificate. */
export const byKubeseal = file("kubeseal.txt").trim();

/** Opens a sealed value, as the controller that has the certificate's private key. */
export function unseal(namespace: string, sealed: string): string {
  const bytes = Buffer.from(sealed, "base64");
  const end = 2 + bytes.readUInt16BE();
  const sessionKey = privateDecrypt(
    {
      key: createPrivateKey(file("key.pem")),
      padding: constants.RSA_PKCS1_OAEP_PADDING,
      oaepHash: "sha256",
      oaepLabel: Buffer.from(namespace),
    },
    bytes.subarray(2, end),
  );
  const decipher = createDecipheriv("aes-256-gcm", sessionKey, Buffer.alloc(12));
  decipher.setAuthTag(bytes.subarray(-16));
  return Buffer.concat([decipher.update(bytes.subarray(end, -16)), decipher.final()]).toString();
}
