import type { RemoteRef } from "../lib/secretSource";
import { textAt } from "../lib/objects";
import { digestKeyDeclaration, type SecretDeclaration } from "../config/secretDeclaration";
import { systems } from "../systems";
import type { StackSettings } from "../config/stackSettings";

/** The secrets that a stack needs for these systems and settings. */
export function declaredSecrets(
  settings: Readonly<Record<string, unknown>>,
): readonly SecretDeclaration[] {
  return [
    digestKeyDeclaration,
    ...Object.entries(settings).flatMap(([name, each]) => systems[name]?.secrets(each) ?? []),
  ];
}

/** The namespace that uses each secret, by the secret's key. */
export function secretNamespaces(
  settings: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string>> {
  const entries = Object.entries(settings).flatMap(([name, each]) => {
    const namespace = textAt(each, "namespace");
    return (systems[name]?.secrets(each) ?? []).map(
      (declared) => [declared.key, declared.namespace ?? namespace] as const,
    );
  });
  return Object.fromEntries(entries);
}

/** Whether the program never sees a value in this mode. */
export const isUnseen = (mode: StackSettings["secretsMode"]): boolean =>
  ["existing", "external", "sealed"].includes(mode);

/** The keys of secrets that are needed in clear but that the program does not know, by setting. */
export function unknownInClear(
  mode: StackSettings["secretsMode"],
  declarations: readonly SecretDeclaration[],
): Readonly<Record<string, readonly string[]>> {
  const found: Record<string, string[]> = {};
  if (!isUnseen(mode)) return found;
  for (const { key, takenInClearBy: setting } of declarations) {
    if (setting !== undefined) (found[setting] ??= []).push(key);
  }
  return found;
}

/** Where the external store has a secret. */
export function remoteRefOf({ secretStore }: StackSettings, key: string): RemoteRef {
  return secretStore.remoteRefs[key] ?? { key: `${secretStore.keyPrefix}${key}` };
}

/** One line for each secret that the stack does not keep: where the cluster finds it. */
export function clusterSecrets(
  settings: StackSettings,
  systemSettings: Readonly<Record<string, unknown>>,
): readonly string[] {
  const { secretsMode, secretStore } = settings;
  const needed = declaredSecrets(systemSettings).filter((each) => each !== digestKeyDeclaration);
  return needed.map(({ key, kind, length, usedIn, description, optional }) => {
    const { key: place, property } = remoteRefOf(settings, key);
    const of = property === undefined ? place : `${place}, property ${property}`;
    const where =
      secretsMode === "external" ? `${secretStore.kind} ${secretStore.name}: ${of}` : usedIn;
    const size = kind === "hex" || kind === "base64" ? `${length} bytes` : `${length} characters`;
    const may = optional === true ? ", optional" : "";
    return `${key} (${kind}, at least ${size}${may}) in ${where}. ${description}`;
  });
}

/** Which declared secrets the stack's own file must hold. */
const stored: Readonly<
  Record<StackSettings["secretsMode"], (declaration: SecretDeclaration) => boolean>
> = {
  config: () => true,
  generated: ({ kind }) => kind === "user",
  existing: () => false,
  external: () => false,
  // The program knows no value, so it needs no keyed digest.
  sealed: ({ key }) => key !== digestKeyDeclaration.key,
};

/** The secrets that `npm run secrets` keeps in the stack's file. */
export function storedSecrets(
  mode: StackSettings["secretsMode"],
  declarations: readonly SecretDeclaration[],
): readonly SecretDeclaration[] {
  return declarations.filter(stored[mode]);
}
