import { type Node, Scalar, visit } from "yaml";

/** A configuration value as the stack file holds it; encrypted parts are `{ secure: "v1:…" }`. */
export type ConfigValue =
  | null
  | boolean
  | number
  | string
  | readonly ConfigValue[]
  | { readonly [key: string]: ConfigValue };

/** What {@link readConfig} needs of a crypter. */
export interface Decrypter {
  decrypt(secure: string): string;
}

/** The ciphertext, if the value is Pulumi's form of an encrypted string. */
export function ciphertextOf(value: ConfigValue | undefined): string | undefined {
  if (!isObject(value) || Object.keys(value).length !== 1) return undefined;
  const secure = value["secure"];
  return typeof secure === "string" ? secure : undefined;
}

/** Whether the value is encrypted, whole or in some part. */
export function holdsCiphertext(value: ConfigValue): boolean {
  if (ciphertextOf(value) !== undefined) return true;
  if (Array.isArray(value)) return value.some(holdsCiphertext);
  return isObject(value) && Object.values(value).some(holdsCiphertext);
}

/** The value with every encrypted part decrypted. */
export function decrypted(value: ConfigValue, decrypter: Decrypter): ConfigValue {
  const secure = ciphertextOf(value);
  if (secure !== undefined) return decrypter.decrypt(secure);
  if (Array.isArray(value)) return value.map((item: ConfigValue) => decrypted(item, decrypter));
  if (!isObject(value)) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([key, item]) => [key, decrypted(item, decrypter)]));
}

/**
 * The text that the Pulumi engine hands to a program: strings as they are, nothing for a key
 * without a value, the rest as JSON.
 */
export function asConfigText(value: ConfigValue): string {
  if (value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function isObject(
  value: ConfigValue | undefined,
): value is { readonly [key: string]: ConfigValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// Unquoted, the CLI's YAML reader takes these for numbers or dates, this one for something else:
// leading zeros, signed or binary prefixes, digits with underscores, infinities, dates.
const ambiguous = [
  /^[-+]?(?:0\d+|0b[01]+|\.(?:inf|nan))$/i,
  /^[-+]0[xo][\da-f]+$/i,
  /^[-+]?(?=.*_)(?:0x[\da-f_]+|0[bo][0-7_]+|[\d.][\d_]*\.?[\d_]*(?:e[-+]?[\d_]+)?)$/i,
  /^\d{4}-\d\d?-\d\d?(?:[Tt ].*)?$/,
] as const;

/** Whether some unquoted scalar below the node is read differently by the Pulumi CLI. */
export function isAmbiguous(node: Node): boolean {
  let found = false;
  visit(node, {
    Scalar: (_, { type, source, value }) => {
      if (type !== Scalar.PLAIN || source === undefined) return undefined;
      const isInteger = typeof value === "number" && /^[-+]?(?:\d+|0[xo][\da-f]+)$/i.test(source);
      found ||= ambiguous.some((form) => form.test(source));
      found ||= isInteger && !Number.isSafeInteger(value);
      return found ? visit.BREAK : undefined;
    },
  });
  return found;
}
