import { type Document, isMap, isNode, isScalar } from "yaml";
import { type ConfigValue, isAmbiguous } from "./configValue";
import { SecretsError } from "../../config/secretsError";
import { parseYaml } from "./yamlEdit";

/** One entry under `config:`, with its key as the file spells it. */
export interface StackEntry {
  readonly writtenKey: string;
  readonly value: ConfigValue;
}

/** What a stack file says, by `project:key`. */
export interface StackContents {
  readonly entries: ReadonlyMap<string, StackEntry>;
  readonly salt: string | undefined;
  /** Words for a secrets provider other than the passphrase one. @default - there is none */
  readonly otherProvider: string | undefined;
}

/**
 * Reads a stack file's text.
 *
 * @throws SecretsError naming the file and the key or line.
 */
export function parseStack(text: string, name: string, project: string): StackContents {
  const doc = parseYaml(text, name);
  return {
    entries: readEntries(doc, name, project),
    salt: textAt(doc, name, "encryptionsalt"),
    otherProvider: otherProvider(doc, name),
  };
}

/** The key with its project: a bare key is the project's own, as the CLI has it. */
export function qualifiedKey(key: string, project: string, name: string): string {
  const [first, second, third, ...rest] = key.split(":");
  if (second === undefined) return `${project}:${key}`;
  if (third === undefined) return key;
  if (second === "config" && rest.length === 0) return `${first}:${third}`;
  throw new SecretsError(`${name}: "${key}" is not a key; write it as project:key`);
}

function readEntries(
  doc: Document.Parsed,
  name: string,
  project: string,
): ReadonlyMap<string, StackEntry> {
  const config: unknown = doc.get("config", true);
  const entries = new Map<string, StackEntry>();
  if (config === undefined || (isScalar(config) && config.value === null)) return entries;
  if (!isMap(config)) throw new SecretsError(`${name}: "config:" must be a mapping`);
  for (const { key: keyNode, value: node } of config.items) {
    const writtenKey = isScalar(keyNode) ? String(keyNode.value) : "";
    const key = qualifiedKey(writtenKey, project, name);
    if (entries.has(key)) {
      throw new SecretsError(`${name}: ${key} is set twice, once as ${writtenKey}; remove one`);
    }
    if (isNode(node) && isAmbiguous(node)) {
      throw new SecretsError(
        `${name}: ${key} holds an unquoted number or date that YAML readers take differently; ` +
          "put it in quotes",
      );
    }
    const value = isNode(node) ? (node.toJS(doc) as ConfigValue) : null;
    entries.set(key, { writtenKey, value });
  }
  return entries;
}

function otherProvider(doc: Document.Parsed, name: string): string | undefined {
  const provider = textAt(doc, name, "secretsprovider") ?? "passphrase";
  if (provider !== "passphrase" && provider !== "default") {
    // What follows the scheme may name accounts: it stays out of messages.
    return `secretsprovider ${provider.split(":")[0]}`;
  }
  return textAt(doc, name, "encryptedkey") === undefined ? undefined : "an encryptedkey";
}

function textAt(doc: Document.Parsed, name: string, key: string): string | undefined {
  const value: unknown = doc.get(key);
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value === "string") return value;
  throw new SecretsError(`${name}: ${key} must be text`);
}
