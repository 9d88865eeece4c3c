import { ensureCrypter, openStack, type OpenStack, type StackAccess } from "./openStack";
import { StackFile } from "./stackFile";

/** Where a stack has its secrets. */
export type Keeping =
  /** In its file, under its passphrase. */
  | { readonly where: "encrypted" }
  /** In its file, sealed for its cluster. */
  | { readonly where: "sealed"; readonly seal: Sealer }
  /** Not in its file; the lines say where. */
  | { readonly where: "elsewhere"; readonly lines: readonly string[] };

/** Seals the value of the secret with this key. */
export type Sealer = (key: string, value: string) => string;

/** A stack that has its secrets in its file. */
export interface Opened extends OpenStack {
  /** What seals them. @default - they are encrypted with the passphrase */
  readonly seal?: Sealer;
}

/** Opens a stack; sealed secrets need no passphrase. @throws SecretsError as openStack does. */
export function open(
  stack: string,
  keeping: Exclude<Keeping, { where: "elsewhere" }>,
  access: StackAccess,
): Opened {
  if (keeping.where === "encrypted") return openStack(stack, access);
  const file = StackFile.read(access.root, stack, access.project);
  return { file, crypter: undefined, seal: keeping.seal };
}

/** The stack with all that `store` needs. @throws SecretsError as ensureCrypter does. */
export function ready(opened: Opened, access: StackAccess): Opened {
  return opened.seal ? opened : { file: opened.file, crypter: ensureCrypter(opened, access) };
}

/** Puts a value into the file of a stack that is ready. */
export function store({ file, crypter, seal }: Opened, key: string, value: string): void {
  if (seal) file.setText(key, seal(key, value));
  else if (crypter) file.setSecure(key, crypter.encrypt(value));
}
