import type { SecretStore, StoredValues } from "./store";

/** Where a stack has its secrets. */
export type Keeping =
  /** In its file, under its passphrase. */
  | { readonly where: "encrypted" }
  /** In its file, sealed for its cluster. */
  | { readonly where: "sealed"; readonly seal: Sealer }
  /** Not in its file; the lines say where. */
  | { readonly where: "elsewhere"; readonly lines: readonly string[] };

/** Seals the value of the secret with this key. */
type Sealer = (key: string, value: string) => string;

/** A stack that has its secrets in its file, with the values that it had when it was opened. */
export interface Opened {
  readonly stack: string;
  readonly store: SecretStore;
  readonly values: StoredValues;
  /** What seals them. @default - they are encrypted with the passphrase */
  readonly seal?: Sealer;
}

/** Opens a stack; sealed secrets need no passphrase. @throws UserError as `SecretStore.open` does. */
export async function open(
  stack: string,
  keeping: Exclude<Keeping, { where: "elsewhere" }>,
  store: SecretStore,
): Promise<Opened> {
  if (keeping.where === "encrypted") return { stack, store, values: await store.open() };
  return { stack, store, values: store.read(), seal: keeping.seal };
}
