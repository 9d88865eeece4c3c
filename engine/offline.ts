import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { SecretDeclaration } from "../secrets/declaration";
import { asConfigText, type ConfigValue, decrypted, holdsCiphertext } from "../secrets/configValue";
import { StackFile } from "../secrets";
import { type Collected, collectRun } from "./collect";
import { isJson, type KubeObject, textAt } from "./objects";
import { plainSettings, projectDefaults, readProject, requireStack } from "./stackConfig";

/** What to collect without a passphrase. */
export interface OfflineArgs {
  /** A checkout of the project, whose own program is run. */
  readonly root: string;
  readonly stack: string;
  /** Values of keys (without the project) that are taken instead of the stack file's. @default {} */
  readonly changes?: Readonly<Record<string, string>>;
}

/**
 * Everything the program would create, from files alone: no cluster, no passphrase, no state of an
 * earlier run. An encrypted value enters as a digest of its ciphertext, so that it is another one
 * when somebody sets it anew; one that is declared but missing enters as a digest of its name. In
 * the objects that come out, secret texts are `[secret …]` with a digest that only tells them apart.
 */
export async function collectOffline({ root, stack, changes }: OfflineArgs): Promise<Collected> {
  requireStack(root, stack);
  const description = readProject(root);
  const project = textAt(description, "name");
  const file = StackFile.read(root, stack, project);
  const placeholders = new Set<string>();
  const stand = (kind: string, text: string): string => {
    const placeholder = sha256(`${kind}:${text}`);
    placeholders.add(placeholder);
    return placeholder;
  };
  const digester = { decrypt: (ciphertext: string) => stand("encrypted", ciphertext) };
  const values = file.keys().map((key): [string, ConfigValue] => [key, file.value(key) ?? null]);
  const missing = declaredKeys(root, stack)
    .map((key) => `${project}:${key}`)
    .filter((key) => file.value(key) === undefined);
  const given = Object.entries(changes ?? {}).map(([key, value]) => [`${project}:${key}`, value]);
  const collected = await collectRun({
    root,
    project,
    stack,
    config: {
      ...projectDefaults(description),
      ...Object.fromEntries(
        values.map(([key, value]) => [key, asConfigText(decrypted(value, digester))]),
      ),
      ...Object.fromEntries(missing.map((key) => [key, stand("missing", key)])),
      ...(Object.fromEntries(given) as Record<string, string>),
    },
    secretKeys: [
      ...values.filter(([, value]) => holdsCiphertext(value)).map(([key]) => key),
      ...missing,
    ],
    passwords: (name, inputs) => stand("generated", `${name} ${JSON.stringify(inputs)}`),
  });
  return { ...collected, objects: collected.objects.map((each) => masked(each, placeholders)) };
}

/**
 * The keys of the secrets that a checkout's own systems declare with the settings of a stack.
 * Settings that are wrong declare none: the program itself says what is wrong with them.
 */
function declaredKeys(root: string, stack: string): readonly string[] {
  const load = createRequire(join(root, "index.ts"));
  const { systems } = load("./systems") as typeof import("../systems");
  const { declaredSecrets } = load("./config/secrets") as typeof import("../config/secrets");
  const settings = plainSettings(root, stack);
  const listed = settings["systems"];
  const names = Array.isArray(listed) ? listed.filter((name) => typeof name === "string") : [];
  const chosen = names.flatMap((name) => {
    const parsed = systems[name]?.schema.safeParse(settings[name] ?? {});
    return parsed?.success === true ? [[name, parsed.data] as const] : [];
  });
  const declared: readonly SecretDeclaration[] = declaredSecrets(Object.fromEntries(chosen));
  return declared.map(({ key }) => key);
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
