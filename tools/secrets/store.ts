import {
  CiphertextError,
  type ConfigArgs,
  readConfig,
  readConfigValue,
  storeConfigValue,
} from "../pulumi/config";
import type { Engine } from "../pulumi/engine";
import { UserError } from "../../lib/errors";
import {
  asConfigText,
  ciphertextOf,
  readStackFile,
  requireSalt,
  type StackFile,
} from "../project/stackFile";

/** A value as a stack has it. */
export interface Stored {
  readonly isEncrypted: boolean;
  /** Undefined if it is encrypted, and nobody decrypted it or nobody can. */
  readonly value: string | undefined;
}

/** The values of a stack by key, without the project; what is empty in clear is not there. */
export type StoredValues = ReadonlyMap<string, Stored>;

/** How a value is stored; sealed ones may be read by anybody. */
export type Storing = "secret" | "plaintext";

/** Where a stack has its values. */
export interface SecretStore {
  /** The file's name, for messages. */
  readonly name: string;
  /** Whether the stack has a passphrase already; the first secret brings it. */
  readonly isLocked: boolean;
  /** The values as they stand, which needs no passphrase. */
  read(): StoredValues;
  /** The values decrypted. @throws UserError if the passphrase is not the stack's, or is missing. */
  open(): Promise<StoredValues>;
  set(key: string, value: string, storing: Storing): Promise<void>;
}

/** Whose store to open. */
interface StoreArgs {
  readonly root: string;
  readonly project: string;
  readonly stack: string;
  readonly engine: () => Promise<Engine>;
  /** Taken instead of what the environment says. */
  readonly passphrase?: string | undefined;
}

/** `Pulumi.STACK.yaml`: `pulumi config` decrypts and stores. */
export class ConfigStore implements SecretStore {
  constructor(private readonly args: StoreArgs) {}

  get name(): string {
    return this.file().name;
  }

  get isLocked(): boolean {
    return this.file().encryptionsalt !== undefined;
  }

  read(): StoredValues {
    const prefix = this.fullKey("");
    const values = [...this.file().values].flatMap(([key, value]) => {
      const isEncrypted = ciphertextOf(value) !== undefined;
      const text = isEncrypted ? undefined : asConfigText(value);
      if (!key.startsWith(prefix) || text === "") return [];
      return [[key.slice(prefix.length), { isEncrypted, value: text }] as const];
    });
    return new Map(values);
  }

  async open(): Promise<StoredValues> {
    const file = this.file();
    requirePassphraseProvider(file, this.args.stack);
    requireSalt(file);
    const stored = this.read();
    if (!this.isLocked) return stored;
    const decrypted = await this.decrypted(stored);
    return new Map(
      [...stored].map(([key, each]) => {
        return [key, each.isEncrypted ? { ...each, value: decrypted.get(key) } : each] as const;
      }),
    );
  }

  async set(key: string, value: string, storing: Storing): Promise<void> {
    await storeConfigValue(this.fullKey(key), value, storing, await this.cli());
  }

  /** What can be decrypted: one value that cannot makes the CLI refuse to print any. */
  private async decrypted(stored: StoredValues): Promise<ReadonlyMap<string, string>> {
    const cli = await this.cli();
    const found = new Map<string, string>();
    try {
      const all = await readConfig(cli);
      for (const key of stored.keys()) found.set(key, all.get(this.fullKey(key)) ?? "");
      return found;
    } catch (error) {
      if (!(error instanceof CiphertextError)) throw error;
    }
    for (const [key, { isEncrypted }] of stored) {
      if (!isEncrypted) continue;
      try {
        found.set(key, await readConfigValue(this.fullKey(key), cli));
      } catch (error) {
        if (!(error instanceof CiphertextError)) throw error;
      }
    }
    return found;
  }

  private file(): StackFile {
    const { root, stack, project } = this.args;
    return readStackFile(root, stack, project);
  }

  private fullKey(key: string): string {
    return `${this.args.project}:${key}`;
  }

  private async cli(): Promise<ConfigArgs> {
    const { root, stack, engine, passphrase } = this.args;
    return { root, stack, engine: await engine(), ...(passphrase !== undefined && { passphrase }) };
  }
}

/** Refuses a stack that encrypts by a key service. */
function requirePassphraseProvider({ name, keyService }: StackFile, stack: string): void {
  if (keyService === undefined) return;
  throw new UserError(
    `${name} encrypts with ${keyService}; \`npm run secrets\` supports only Pulumi's passphrase provider. ` +
      `Use the CLI for this stack: npm run pulumi -- config set --secret --stack ${stack} KEY < file`,
  );
}
