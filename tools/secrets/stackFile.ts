import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { ciphertextOf, type ConfigValue } from "./configValue";
import { listStacks, readText, writeAtomically } from "./disk";
import { SecretsError } from "../../config/secretsError";
import { parseStack, qualifiedKey, type StackContents } from "./stackContents";
import { withSalt, withSecure, withText } from "./yamlEdit";

export type { ConfigValue, Decrypter } from "./configValue";
export { readConfig, type StackConfig } from "./readConfig";

/** `Pulumi.<stack>.yaml`: edits change only the lines concerned and reach the disk at `save`. */
export class StackFile {
  /** The file's name, for messages. */
  readonly name: string;
  private contents: StackContents;
  private text: string;

  private constructor(
    readonly path: string,
    readonly stack: string,
    readonly project: string,
    private readonly original: string,
  ) {
    this.name = basename(path);
    this.text = original;
    this.contents = parseStack(original, this.name, project);
  }

  /**
   * Reads a stack's file.
   *
   * @param root - Directory that holds `Pulumi.yaml` and the stack files.
   * @throws SecretsError if the name, the file or its contents will not do.
   */
  static read(root: string, stack: string, project: string): StackFile {
    if (!/^[A-Za-z0-9_.-]+$/.test(stack)) {
      throw new SecretsError(
        "--stack takes the bare name of a stack (letters, digits, hyphen, underscore, period), " +
          "such as dev",
      );
    }
    const path = join(root, `Pulumi.${stack}.yaml`);
    if (!existsSync(path)) {
      const known = listStacks(root).join(", ") || "none";
      throw new SecretsError(
        `Pulumi.${stack}.yaml does not exist (stacks with a file: ${known}): ` +
          `correct --stack, or run \`pulumi stack init ${stack}\``,
      );
    }
    return new StackFile(path, stack, project, readText(path));
  }

  /** The configuration keys as `project:key`, in the file's order. */
  keys(): readonly string[] {
    return [...this.contents.entries.keys()];
  }

  /** The value under a key, encrypted parts left as they are. */
  value(key: string): ConfigValue | undefined {
    return this.contents.entries.get(this.qualified(key))?.value;
  }

  /** The values that are not wholly encrypted, by `project:key`. */
  plainValues(): Readonly<Record<string, ConfigValue>> {
    const all = [...this.contents.entries].map(([key, { value }]) => [key, value] as const);
    return Object.fromEntries(all.filter(([, value]) => ciphertextOf(value) === undefined));
  }

  /** The ciphertexts of the values that are wholly encrypted, by `project:key`. */
  secureValues(): Readonly<Record<string, string>> {
    const secure = [...this.contents.entries].flatMap(([key, { value }]) => {
      const ciphertext = ciphertextOf(value);
      return ciphertext === undefined ? [] : [[key, ciphertext] as const];
    });
    return Object.fromEntries(secure);
  }

  /** The passphrase provider's state, if the stack has one yet. */
  get encryptionsalt(): string | undefined {
    return this.contents.salt;
  }

  /** @see encryptionsalt */
  setEncryptionsalt(salt: string): void {
    this.load(withSalt(this.text, this.name, salt));
  }

  /** Stores a ciphertext under a key, in the place of the old value or after the last key. */
  setSecure(key: string, ciphertext: string): void {
    this.load(withSecure(this.text, this.name, this.writtenAs(key), ciphertext));
  }

  /** Stores a text that is not secret, and needs no quotes, in the place of the old value. */
  setText(key: string, text: string): void {
    this.load(withText(this.text, this.name, this.writtenAs(key), text));
  }

  /**
   * Writes the edits at once or not at all; does nothing if there are none.
   *
   * @throws SecretsError if the file was changed by someone else since it was read.
   */
  save(): void {
    if (this.text === this.original) return;
    if (readText(this.path) !== this.original) {
      throw new SecretsError(`${this.name} was changed meanwhile: run the command again`);
    }
    writeAtomically(this.path, this.text);
  }

  /**
   * Makes sure that the stack encrypts with a passphrase.
   *
   * @throws SecretsError if it uses a key service.
   */
  requirePassphraseProvider(): void {
    const provider = this.contents.otherProvider;
    if (provider === undefined) return;
    throw new SecretsError(
      `${this.name} encrypts with ${provider}; \`npm run secrets\` knows only Pulumi's passphrase ` +
        "provider. Use the CLI for this stack: `pulumi config set --secret --stack " +
        `${this.stack} KEY < file\``,
    );
  }

  private qualified(key: string): string {
    return qualifiedKey(key, this.project, this.name);
  }

  private writtenAs(key: string): string {
    const qualified = this.qualified(key);
    return this.contents.entries.get(qualified)?.writtenKey ?? qualified;
  }

  private load(text: string): void {
    this.contents = parseStack(text, this.name, this.project);
    this.text = text;
  }
}
