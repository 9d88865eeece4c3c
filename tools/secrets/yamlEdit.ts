import { isDeepStrictEqual } from "node:util";
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from "yaml";
import type { Pair, YAMLMap } from "yaml";
import { SecretsError } from "../../config/secretsError";

/**
 * Parses a stack file.
 *
 * @param name - The file's name, for messages.
 * @throws SecretsError naming the file and line; never with the text, which may hold a secret.
 */
export function parseYaml(text: string, name: string): Document.Parsed {
  const lines = new LineCounter();
  const doc = parseDocument(text, { prettyErrors: false, lineCounter: lines });
  const problem = doc.errors[0];
  if (problem !== undefined) {
    const line = lines.linePos(problem.pos[0]).line;
    const what = problem.code.toLowerCase().replaceAll("_", " ");
    throw new SecretsError(`${name}, line ${line}: not valid YAML (${what}); correct that line`);
  }
  if (doc.contents !== null && !isMap(doc.contents) && doc.toJS() !== null) {
    throw new SecretsError(`${name} must be a mapping with a "config:" key at its top`);
  }
  return doc;
}

/** Sets `encryptionsalt`, changing no other line. */
export function withSalt(text: string, name: string, salt: string): string {
  const doc = parseYaml(text, name);
  return settle(text, name, ["encryptionsalt"], salt, spliceSalt(text, doc, salt));
}

/** Sets `config.<key>.secure`, changing no other line. `key` is written as in the file. */
export function withSecure(text: string, name: string, key: string, ciphertext: string): string {
  const doc = parseYaml(text, name);
  const proposal = spliceSecure(text, doc, key, ciphertext);
  return settle(text, name, ["config", key], { secure: ciphertext }, proposal);
}

/** Sets `config.<key>` to a text that needs no quotes, changing no other line. */
export function withText(text: string, name: string, key: string, value: string): string {
  const doc = parseYaml(text, name);
  return settle(text, name, ["config", key], value, spliceText(text, doc, key, value));
}

/** Takes the spliced text if it parses to what is meant, else lets the library rewrite the file. */
function settle(
  text: string,
  name: string,
  path: readonly [string, ...string[]],
  value: unknown,
  proposal: string,
): string {
  const doc = parseYaml(text, name);
  if (path.length > 1 && !doc.hasIn([path[0]])) doc.set(path[0], doc.createNode({}));
  const parent = path.length > 1 ? doc.get(path[0], true) : doc.contents;
  if (path.length > 1 && !isMap(parent)) doc.set(path[0], doc.createNode({}));
  if (isMap(parent) && parent.items.length === 0) parent.flow = false;
  doc.setIn(path, doc.createNode(value));
  const meant: unknown = doc.toJS();
  if (means(proposal, name, meant)) return proposal;
  const rewritten = doc.toString({ lineWidth: 0 });
  if (means(rewritten, name, meant)) return rewritten;
  throw new SecretsError(`${name}: cannot set ${path.join(".")} there; write it as a plain block`);
}

function means(text: string, name: string, meant: unknown): boolean {
  try {
    return isDeepStrictEqual(parseYaml(text, name).toJS(), meant);
  } catch {
    return false;
  }
}

const lineBreak = (text: string): string => (text.includes("\r\n") ? "\r\n" : "\n");

function spliceSalt(text: string, doc: Document.Parsed, salt: string): string {
  const current = doc.get("encryptionsalt", true);
  if (isScalar(current) && current.range) return splice(text, current.range, salt);
  const first = isMap(doc.contents) ? keyStart(doc.contents.items[0]) : undefined;
  const line = `encryptionsalt: ${salt}${lineBreak(text)}`;
  return first === undefined ? ended(text) + line : splice(text, [first, first], line);
}

function spliceSecure(text: string, doc: Document.Parsed, key: string, secret: string): string {
  const value = pairOf(doc, key)?.value;
  const current = isMap(value) ? value.get("secure", true) : undefined;
  if (isScalar(current) && current.range) return splice(text, current.range, secret);
  const eol = lineBreak(text);
  return spliceEntry(text, doc, key, (indent) => `${eol}${indent}  secure: ${secret}`);
}

function spliceText(text: string, doc: Document.Parsed, key: string, value: string): string {
  const current = pairOf(doc, key)?.value;
  const written = isScalar(current) && current.source !== "" ? current.range : undefined;
  if (written) return splice(text, written, value);
  return spliceEntry(text, doc, key, () => ` ${value}`);
}

function pairOf(doc: Document.Parsed, key: string): Pair | undefined {
  const config = doc.get("config", true);
  if (!isMap(config)) return undefined;
  return config.items.find((item) => isScalar(item.key) && item.key.value === key);
}

/** Writes what follows a key's colon; `entryOf` is told how far the keys are indented. */
function spliceEntry(
  text: string,
  doc: Document.Parsed,
  key: string,
  entryOf: (indent: string) => string,
): string {
  const eol = lineBreak(text);
  const config = doc.get("config", true);
  if (!isMap(config) || config.items.length === 0) {
    return `${ended(text)}config:${eol}  ${key}:${entryOf("  ")}${eol}`;
  }
  const indent = indentOf(text, config);
  const entry = entryOf(indent);
  const pair = pairOf(doc, key);
  if (pair === undefined) {
    const end = blockEnd(text, config, indent);
    const before = ended(text.slice(0, end), eol);
    return `${before}${indent}${key}:${entry}${eol}${text.slice(end)}`;
  }
  const range = isNode(pair.value) ? pair.value.range : undefined;
  if (!range) return text;
  const start = text.slice(0, range[0]).trimEnd().length;
  const closing = text.slice(start, range[1]).endsWith("\n") ? eol : "";
  return splice(text, [start, range[1]], entry + closing);
}

function splice(text: string, range: readonly [number, number, ...number[]], by: string): string {
  return text.slice(0, range[0]) + by + text.slice(range[1]);
}

function ended(text: string, eol: string = lineBreak(text)): string {
  return text === "" || text.endsWith("\n") ? text : text + eol;
}

function keyStart(pair: Pair | undefined): number | undefined {
  return isNode(pair?.key) ? pair.key.range?.[0] : undefined;
}

function indentOf(text: string, map: YAMLMap): string {
  const start = keyStart(map.items[0]) ?? 0;
  return text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
}

/** The end of the last line of a block mapping, with the comments that are indented as it is. */
function blockEnd(text: string, map: YAMLMap, indent: string): number {
  const last = map.items.at(-1)?.value;
  const valueEnd = (isNode(last) ? last.range?.[1] : undefined) ?? map.range?.[1] ?? text.length;
  const ownLine = text[valueEnd - 1] === "\n" ? valueEnd : text.indexOf("\n", valueEnd) + 1;
  let end = ownLine === 0 ? text.length : ownLine;
  for (;;) {
    const lineEnd = text.indexOf("\n", end) + 1;
    const line = text.slice(end, lineEnd === 0 ? text.length : lineEnd);
    if (indent === "" || !line.startsWith(indent) || !/^\s+#/.test(line)) return end;
    end += line.length;
  }
}
