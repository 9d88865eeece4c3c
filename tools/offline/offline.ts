import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { join } from "node:path";
import { digestKeyDeclaration, type SecretDeclaration } from "../../config/secretDeclaration";
import { type Collected, collectRun } from "./collect";
import { isJson, type KubeObject, textAt } from "../../lib/objects";
import { isSealed } from "../../lib/seal";
import { withoutStackTraces } from "../project/stackTraces";
import { plainSettings, projectDefaults, readProject } from "../project/stackConfig";
import {
  asConfigText,
  holdsCiphertext,
  readStackFile,
  replaceCiphertexts,
} from "../project/stackFile";

/** What to collect without a passphrase. */
export interface OfflineArgs {
  /** A checkout of the project, whose own program is run. */
  readonly root: string;
  readonly stack: string;
  /** Values of keys (without the project) that are taken instead of the stack file's. @default {} */
  readonly changes?: Readonly<Record<string, string>>;
  /** Whether missing secrets are refused as `up` refuses them. @default - placeholders stand for them */
  readonly requireSecrets?: boolean;
}

/**
 * Everything the program would create, from files alone: no cluster, no passphrase, no state of an
 * earlier run. An encrypted value enters as a digest of its ciphertext, so that it is another one
 * when somebody sets it anew; one that is declared but missing enters as a digest of its name. In
 * the objects that come out, secret texts are `[secret …]` with a digest that only tells them apart.
 */
export async function collectOffline({
  root,
  stack,
  changes,
  requireSecrets = false,
}: OfflineArgs): Promise<Collected> {
  const description = readProject(root);
  const project = textAt(description, "name");
  const file = readStackFile(root, stack, project);
  const declared = declarations(root, stack);
  const placeholders = new Set<string>();
  const stand = (kind: string, text: string): string => {
    const placeholder = sha256(`${kind}:${text}`);
    placeholders.add(placeholder);
    return placeholder;
  };
  const mode = changes?.["secretsMode"] ?? plainSettings(root, stack)["secretsMode"];
  const values: Record<string, string> = {};
  const secretKeys: string[] = [];
  for (const [key, value] of file.values) {
    const encrypted = asConfigText(replaceCiphertexts(value, (it) => stand("encrypted", it)));
    // Outside its own mode a sealed value is what an encrypted one is: a secret that nobody here can read.
    const sealed = mode !== "sealed" && isSealed(encrypted);
    const text = sealed ? stand("sealed", encrypted) : encrypted;
    const secret = sealed || holdsCiphertext(value);
    values[key] = secret ? fitting(declared.get(key), text) : text;
    if (secret) secretKeys.push(key);
  }
  for (const [key, declaration] of declared) {
    if (key in values || requireSecrets) continue;
    const standIn = stand("missing", key);
    if (mode === "sealed") {
      if (declaration.optional !== true) values[key] = asSealed(standIn);
      continue;
    }
    values[key] = fitting(declaration, standIn);
    secretKeys.push(key);
  }
  for (const [key, value] of Object.entries(changes ?? {})) values[`${project}:${key}`] = value;
  const collected = await withoutStackTraces(() =>
    collectRun({
      root,
      project,
      stack,
      config: { ...projectDefaults(description), ...values },
      secretKeys,
      passwords: (name, inputs) => stand("generated", `${name} ${JSON.stringify(inputs)}`),
    }),
  );
  return { ...collected, objects: collected.objects.map((each) => masked(each, placeholders)) };
}

/**
 * The secrets that a checkout's own systems declare with the settings of a stack, by `project:key`.
 * Settings that are wrong declare none: the program itself says what is wrong with them.
 */
function declarations(root: string, stack: string): ReadonlyMap<string, SecretDeclaration> {
  const load = createRequire(join(root, "index.ts"));
  const { systems } = load("./systems") as typeof import("../../systems");
  const project = textAt(readProject(root), "name");
  const settings = plainSettings(root, stack);
  const listed = settings["systems"];
  const names = Array.isArray(listed) ? listed.filter((name) => typeof name === "string") : [];
  const declared = names.flatMap((name) => {
    const parsed = systems[name]?.schema.safeParse(settings[name] ?? {});
    return parsed?.success === true ? (systems[name]?.secrets(parsed.data) ?? []) : [];
  });
  return new Map(
    [digestKeyDeclaration, ...declared].map((each) => [`${project}:${each.key}`, each]),
  );
}

/** A placeholder in the form that the secret must have, so that the program takes it. */
function fitting(declaration: SecretDeclaration | undefined, placeholder: string): string {
  const format = declaration?.format;
  if (format === undefined) return placeholder;
  const { pattern, example } = format;
  const forms = [placeholder, example.replace(/password(?!":)/, placeholder), example];
  return forms.find((form) => pattern.test(form)) ?? placeholder;
}

/** A placeholder in the form of a sealed value: the length of the wrapped key, that key, and the rest. */
function asSealed(placeholder: string): string {
  const wrapped = Buffer.alloc(512, placeholder);
  return Buffer.concat([Buffer.from([2, 0]), wrapped, Buffer.alloc(16)]).toString("base64");
}

/** The object with what a Secret holds, and placeholders wherever they stand, made unreadable. */
function masked(object: KubeObject, placeholders: ReadonlySet<string>): KubeObject {
  const hide = (text: string): string => `[secret ${sha256(text).slice(0, 8)}]`;
  const inText = (text: string): string =>
    text.replaceAll(/[0-9a-f]{64}/g, (found) => (placeholders.has(found) ? hide(found) : found));
  const inValue = (value: unknown): unknown => {
    if (typeof value === "string") return inText(value);
    if (Array.isArray(value)) return value.map(inValue);
    if (!isJson(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inValue(inner)]));
  };
  if (object.kind !== "Secret") return inValue(object) as KubeObject;
  const hidden = ["data", "stringData"].flatMap((field) => {
    const held = object[field];
    if (!isJson(held)) return [];
    const texts = Object.entries(held).map(([key, text]) => [key, hide(String(text))] as const);
    return [[field, Object.fromEntries(texts)] as const];
  });
  return { ...object, ...(Object.fromEntries(hidden) as object) };
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
