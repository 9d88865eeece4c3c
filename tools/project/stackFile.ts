import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Document,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  Scalar,
  visit,
} from "yaml";
import { UserError } from "../../lib/errors";

/** A configuration value as the stack file holds it; encrypted parts are `{ secure: "v1:…" }`. */
export type ConfigValue =
  | null
  | boolean
  | number
  | string
  | readonly ConfigValue[]
  | { readonly [key: string]: ConfigValue };

/** The content of `Pulumi.STACK.yaml`. Only Pulumi's CLI ever writes to it. */
export interface StackFile {
  /** The file's name, for messages. */
  readonly name: string;
  /** The values by `project:key`, in the file's order. */
  readonly values: ReadonlyMap<string, ConfigValue>;
  /** What a passphrase is tried with; undefined as long as the stack has no secret. */
  readonly encryptionsalt: string | undefined;
  /** The key service that the stack encrypts with. @default - it encrypts with a passphrase */
  readonly keyService: string | undefined;
}

/** The stacks that have a file. */
export function listStacks(root: string): readonly string[] {
  const names = readdirSync(root).map((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1]);
  return names.filter((name) => name !== undefined).sort();
}

/** Refuses a stack that has no file. */
export function requireStack(root: string, stack: string): void {
  const known = listStacks(root);
  if (known.includes(stack)) return;
  throw new UserError(
    `there is no stack ${JSON.stringify(stack)}; --stack must be one of: ${known.join(", ")} ` +
      "(a stack is a file Pulumi.STACK.yaml)",
  );
}

/**
 * Reads a stack's file.
 *
 * @param project - The first part of keys that have none.
 * @throws UserError naming the file, and the key or the line; never a value, which may be a secret.
 */
export function readStackFile(root: string, stack: string, project: string): StackFile {
  requireStack(root, stack);
  const name = `Pulumi.${stack}.yaml`;
  const document = parse(readText(join(root, name)), name);
  return {
    name,
    values: readValues(document, name, project),
    encryptionsalt: textAt(document, name, "encryptionsalt"),
    keyService: keyServiceIn(document, name),
  };
}

/** The values of a stack's file that are not wholly encrypted, by `project:key`. */
export function plainValues({ values }: StackFile): Readonly<Record<string, ConfigValue>> {
  return Object.fromEntries([...values].filter(([, value]) => ciphertextOf(value) === undefined));
}

/** The ciphertexts of the values that are wholly encrypted, by `project:key`. */
export function ciphertexts({ values }: StackFile): Readonly<Record<string, string>> {
  const found = [...values].flatMap(([key, value]) => {
    const ciphertext = ciphertextOf(value);
    return ciphertext === undefined ? [] : [[key, ciphertext] as const];
  });
  return Object.fromEntries(found);
}

/** Refuses a file whose secrets cannot be decrypted with any passphrase. */
export function requireSalt(file: StackFile): void {
  const { name, encryptionsalt, keyService, values } = file;
  if (keyService !== undefined) return;
  if (encryptionsalt === undefined) {
    const [orphan] = [...values].find(([, value]) => holdsCiphertext(value)) ?? [];
    if (orphan === undefined) return;
    throw new UserError(
      `${name}: ${orphan} is encrypted, but the file has no encryptionsalt to decrypt it with; ` +
        "restore that line from version control, or remove the key",
    );
  }
  if (/^v1:[^:]+:v1:[^:]+:[^:]+$/.test(encryptionsalt)) return;
  throw new UserError(
    `${name}: encryptionsalt is malformed: expected "v1:<salt>:v1:<nonce>:<ciphertext>"; ` +
      "restore the line from version control",
  );
}

/** The ciphertext, if the value is Pulumi's form of an encrypted text. */
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

/** The value with something in the place of each ciphertext. */
export function replaceCiphertexts(
  value: ConfigValue,
  by: (ciphertext: string) => string,
): ConfigValue {
  const ciphertext = ciphertextOf(value);
  if (ciphertext !== undefined) return by(ciphertext);
  if (Array.isArray(value)) return value.map((it: ConfigValue) => replaceCiphertexts(it, by));
  if (!isObject(value)) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([key, inner]) => [key, replaceCiphertexts(inner, by)]));
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

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new UserError(`cannot read ${path} (${code}); check its permissions`);
  }
}

function parse(text: string, name: string): Document.Parsed {
  const lines = new LineCounter();
  const document = parseDocument(text, { prettyErrors: false, lineCounter: lines });
  const problem = document.errors[0];
  if (problem !== undefined) {
    const line = lines.linePos(problem.pos[0]).line;
    const what = problem.code.toLowerCase().replaceAll("_", " ");
    throw new UserError(`${name}, line ${line}: not valid YAML (${what}); correct that line`);
  }
  if (document.contents !== null && !isMap(document.contents) && document.toJS() !== null) {
    throw new UserError(`${name} must be a mapping with a "config:" key at its top`);
  }
  return document;
}

function readValues(
  document: Document.Parsed,
  name: string,
  project: string,
): ReadonlyMap<string, ConfigValue> {
  const config: unknown = document.get("config", true);
  const values = new Map<string, ConfigValue>();
  if (config === undefined || (isScalar(config) && config.value === null)) return values;
  if (!isMap(config)) throw new UserError(`${name}: "config:" must be a mapping`);
  for (const { key: keyNode, value: node } of config.items) {
    const writtenKey = isScalar(keyNode) ? String(keyNode.value) : "";
    const key = qualifiedKey(writtenKey, project, name);
    if (values.has(key)) {
      throw new UserError(`${name}: ${key} is set twice, once as ${writtenKey}; remove one`);
    }
    if (isNode(node) && isAmbiguous(node)) {
      throw new UserError(
        `${name}: ${key} holds an unquoted number or date that YAML parsers read differently; ` +
          "put it in quotes",
      );
    }
    values.set(key, isNode(node) ? (node.toJS(document) as ConfigValue) : null);
  }
  return values;
}

/** The key with its project: a bare key is the project's own, as the CLI has it. */
function qualifiedKey(key: string, project: string, name: string): string {
  const [first, second, third, ...rest] = key.split(":");
  if (second === undefined) return `${project}:${key}`;
  if (third === undefined) return key;
  if (second === "config" && rest.length === 0) return `${first}:${third}`;
  throw new UserError(`${name}: "${key}" is not a key; write it as project:key`);
}

function keyServiceIn(document: Document.Parsed, name: string): string | undefined {
  const provider = textAt(document, name, "secretsprovider") ?? "passphrase";
  if (provider !== "passphrase" && provider !== "default") {
    // What follows the scheme may name accounts: it stays out of messages.
    return `secretsprovider ${provider.split(":")[0]}`;
  }
  return textAt(document, name, "encryptedkey") === undefined ? undefined : "an encryptedkey";
}

function textAt(document: Document.Parsed, name: string, key: string): string | undefined {
  const value: unknown = document.get(key);
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value === "string") return value;
  throw new UserError(`${name}: ${key} must be text`);
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
function isAmbiguous(node: Node): boolean {
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
