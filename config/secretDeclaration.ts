import { randomBytes } from "node:crypto";
import { UserError } from "../lib/errors";
import { randomCharacters } from "../lib/random";

/**
 * How a secret is made: `hex` and `base64` are random bytes in that encoding, `alphanumeric` is letters
 * and digits, safe in URLs, `password` has a special character too, as servers ask for, `django` uses the alphabet of Django's `get_random_secret_key`, and `user`
 * is supplied by a person.
 */
type SecretKind = "hex" | "base64" | "alphanumeric" | "password" | "django" | "user";

/** One secret that a stack needs in its configuration. */
export interface SecretDeclaration {
  /** The configuration key, without the project. */
  readonly key: string;
  readonly kind: SecretKind;
  /**
   * Characters for `alphanumeric`, `password` and `django`; random bytes for `hex` and `base64`; the fewest
   * characters accepted for `user`.
   */
  readonly length: number;
  /** The Kubernetes object that holds it, for example "Secret openms-redis, key password". */
  readonly usedIn: string;
  /** The namespace of that object. @default - that of the system's settings */
  readonly namespace?: string;
  /**
   * The setting that passes the value on in clear, for example to a Helm chart. A stack that leaves its
   * secrets to the cluster cannot switch it on.
   *
   * @default - only our own Secrets hold the value
   */
  readonly takenInClearBy?: string;
  /** One sentence for the person who must supply or rotate it. */
  readonly description: string;
  /**
   * Whether the stack deploys without it. A secret that can be generated is generated nevertheless.
   *
   * @default false
   */
  readonly optional?: boolean;
  /** The form it must have. @default - any */
  readonly format?: {
    readonly pattern: RegExp;
    /** Shows the form in messages; not a real secret. */
    readonly example: string;
  };
}

/** The key of the digests that roll pods; every stack has one. */
export const digestKeyDeclaration: SecretDeclaration = {
  key: "digestKey",
  kind: "hex",
  length: 32,
  usedIn: "annotations stackberth.dev/digest-* (as the key of a digest)",
  description: "The key of the digests that roll pods when a Secret changes.",
};

const lower = "abcdefghijklmnopqrstuvwxyz";
const alphabets = {
  alphanumeric: lower.toUpperCase() + lower + "0123456789",
  django: lower + "0123456789!@#$%^&*(-_=+)",
} as const;

/**
 * Makes a new random value.
 *
 * @throws UserError for a `user` secret, which only a person can supply.
 */
export function generate({ key, kind, length }: SecretDeclaration): string {
  switch (kind) {
    case "hex":
    case "base64":
      return randomBytes(length).toString(kind);
    case "alphanumeric":
    case "django":
      return randomCharacters(alphabets[kind], length).join("");
    case "password":
      // MySQL's validate_password wants one of each.
      return [
        ...randomCharacters(alphabets.alphanumeric, length - 4),
        ...[lower.toUpperCase(), lower, "0123456789", "-_"].flatMap((each) =>
          randomCharacters(each, 1),
        ),
      ].join("");
    case "user":
      throw new UserError(`${key} cannot be generated; supply it with --set ${key}`);
  }
}

/** The fewest characters of a password that a person chose, however long a generated one is. */
const shortestPassword = 8;

/**
 * What is wrong with a value, in words that do not reveal it; undefined if it is fit. A `django` key may
 * have any characters, as in Django itself, and so may a password: a server's administrator chose it.
 */
export function flawOf(declaration: SecretDeclaration, value: string): string | undefined {
  return kindFlawOf(declaration, value) ?? formatFlawOf(declaration, value);
}

/** What is wrong with a value's form, in words that do not reveal the value. */
export function formatFlawOf({ format }: SecretDeclaration, value: string): string | undefined {
  if (format === undefined || format.pattern.test(value)) return undefined;
  const isAddress = format.example.includes("://");
  return `is not of the form ${format.example}${isAddress ? "; percent-encode special characters" : ""}`;
}

function kindFlawOf({ kind, ...rest }: SecretDeclaration, value: string): string | undefined {
  const length = kind === "password" ? Math.min(rest.length, shortestPassword) : rest.length;
  switch (kind) {
    case "hex":
      if (!/^[0-9a-f]*$/i.test(value)) return "is not hexadecimal";
      return value.length < 2 * length ? `is shorter than ${2 * length} digits` : undefined;
    case "base64": {
      if (!/^[A-Za-z0-9+/]*={0,2}$/.test(value)) return "is not base64";
      const bytes = Buffer.from(value, "base64").length;
      return bytes < length ? `is shorter than ${length} bytes` : undefined;
    }
    case "alphanumeric":
      if (!/^[A-Za-z0-9]*$/.test(value)) return "has characters other than letters and digits";
      break;
    case "password":
      if (/[\r\n]/.test(value)) return "has more than one line";
      break;
    case "django":
    case "user":
      break;
  }
  // An empty value is never a secret, whatever the minimum.
  if (value === "") return "is empty";
  return value.length < length ? `is shorter than ${length} characters` : undefined;
}
