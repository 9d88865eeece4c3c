import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Document, isPair, isScalar, LineCounter, parseDocument, Scalar, visit } from "yaml";
import { messageOf, UserError } from "../../lib/errors";

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
  const file = parse(readText(join(root, name)), name, project);
  requireNoEnvironment(file["environment"] ?? null, name);
  return {
    name,
    values: readValues(file["config"] ?? null, name, project),
    encryptionsalt: textAt(file, name, "encryptionsalt"),
    keyService: keyServiceIn(file, name),
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

type Fields = Readonly<Record<string, ConfigValue>>;

/** The file as the CLI reads it: aliases and merge keys (`<<`) are resolved. */
function parse(text: string, name: string, project: string): Fields {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    prettyErrors: false,
    lineCounter: lines,
    merge: true,
  });
  const problem = document.errors[0];
  if (problem !== undefined) {
    const line = lines.linePos(problem.pos[0]).line;
    const what = problem.code.toLowerCase().replaceAll("_", " ");
    throw new UserError(`${name}, line ${line}: not valid YAML (${what}); correct that line`);
  }
  unquoteMergeKeys(document);
  const ambiguous = ambiguousKey(document);
  if (ambiguous !== undefined) {
    throw new UserError(
      `${name}: ${qualifiedKey(ambiguous, project, name)} holds an unquoted number or date that YAML ` +
        "parsers read differently; put it in quotes",
    );
  }
  const value = resolved(document, name);
  if (value === null || isObject(value)) return value ?? {};
  throw new UserError(`${name} must be a mapping with a "config:" key at its top`);
}

/** @throws UserError for an alias without its anchor, for too many, and for a merge of what is no mapping. */
function resolved(document: Document.Parsed, name: string): ConfigValue {
  try {
    return document.toJS() as ConfigValue;
  } catch (error) {
    throw new UserError(`${name}: not valid YAML (${messageOf(error)}); correct it`);
  }
}

/** The CLI merges by a quoted `<<` too. */
function unquoteMergeKeys(document: Document.Parsed): void {
  visit(document, {
    Pair: (_, { key }) => {
      if (isScalar(key) && key.value === "<<") key.type = Scalar.PLAIN;
    },
  });
}

/** What an environment holds is Pulumi Cloud's: no file says it, so that all commands would miss it. */
function requireNoEnvironment(environment: ConfigValue, name: string): void {
  if (environment === null || (Array.isArray(environment) && environment.length === 0)) return;
  throw new UserError(
    `${name}: "environment:" imports environments of Pulumi ESC, which npm run commands do not read; ` +
      'write their values under "config:" and remove it, or use plain pulumi for this stack',
  );
}

function readValues(
  config: ConfigValue,
  name: string,
  project: string,
): ReadonlyMap<string, ConfigValue> {
  const values = new Map<string, ConfigValue>();
  if (config === null) return values;
  if (!isObject(config)) throw new UserError(`${name}: "config:" must be a mapping`);
  for (const [writtenKey, value] of Object.entries(config)) {
    const key = qualifiedKey(writtenKey, project, name);
    if (values.has(key)) {
      throw new UserError(`${name}: ${key} is set twice, once as ${writtenKey}; remove one`);
    }
    values.set(key, value);
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

function keyServiceIn(file: Fields, name: string): string | undefined {
  const provider = textAt(file, name, "secretsprovider") ?? "passphrase";
  if (provider !== "passphrase" && provider !== "default") {
    // What follows the scheme may name accounts: it stays out of messages.
    return `secretsprovider ${provider.split(":")[0]}`;
  }
  return textAt(file, name, "encryptedkey") === undefined ? undefined : "an encryptedkey";
}

function textAt(file: Fields, name: string, key: string): string | undefined {
  const value = file[key];
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

/** The key with an unquoted scalar that is read differently by the Pulumi CLI: one of the second level. */
function ambiguousKey(document: Document.Parsed): string | undefined {
  let found: string | undefined;
  visit(document, {
    Scalar: (_, { type, source, value }, path) => {
      if (type !== Scalar.PLAIN || source === undefined) return undefined;
      const isInteger = typeof value === "number" && /^[-+]?(?:\d+|0[xo][\da-f]+)$/i.test(source);
      const isUnsafe = isInteger && !Number.isSafeInteger(value);
      if (!isUnsafe && !ambiguous.some((form) => form.test(source))) return undefined;
      const keys = path.flatMap((each) =>
        isPair(each) && isScalar(each.key) ? String(each.key.value) : [],
      );
      found = keys[1] ?? keys[0] ?? "";
      return visit.BREAK;
    },
  });
  return found;
}
