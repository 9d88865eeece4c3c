import assert from "node:assert/strict";
import type { SecretDeclaration } from "../../config/secretDeclaration";
import { messageOf, UserError } from "../../lib/errors";
import { secretsCommand } from "../../tools/secrets/command";
import type { Keeping } from "../../tools/secrets/keeping";
import type { SecretStore, Stored, StoredValues, Storing } from "../../tools/secrets/store";

export const redis: SecretDeclaration = {
  key: "redisPassword",
  kind: "alphanumeric",
  length: 32,
  usedIn: "Secret openms-redis, key password",
  description: "Password of the queue.",
};
export const django: SecretDeclaration = {
  ...redis,
  key: "djangoSecretKey",
  kind: "django",
  length: 50,
};
export const apiKey: SecretDeclaration = { ...redis, key: "apiKey", kind: "user", length: 8 };
const smtp: SecretDeclaration = { ...apiKey, key: "smtpPassword", optional: true };
const declarations = [redis, django, apiKey, smtp];
/** A value that is fit for `redis`. */
export const good = "R".repeat(32);

/** Values that are fit for all that must be there. */
export const fit = {
  redisPassword: good,
  djangoSecretKey: "d".repeat(50),
  apiKey: "given by a user",
};

export const passphrases = { dev: "stackberth-dev", prod: "known only to the tests" };

/** What a stack in memory has. */
interface Kept {
  /** The passphrase that opens it. */
  lock: string | undefined;
  readonly values: Map<string, Stored>;
}

/** A stack in memory, as somebody sees it who has a passphrase. */
class FakeStore implements SecretStore {
  readonly name: string;

  constructor(
    stack: string,
    private readonly kept: Kept,
    private readonly passphrase: string,
  ) {
    this.name = `Pulumi.${stack}.yaml`;
  }

  get isLocked(): boolean {
    return this.kept.lock !== undefined;
  }

  read(): StoredValues {
    const shut = ({ isEncrypted, value }: Stored): Stored => {
      return { isEncrypted, value: isEncrypted ? undefined : value };
    };
    return new Map([...this.kept.values].map(([key, each]) => [key, shut(each)]));
  }

  open(): Promise<StoredValues> {
    const { lock, values } = this.kept;
    if (lock === undefined || lock === this.passphrase) return Promise.resolve(new Map(values));
    return Promise.reject(new UserError(`the passphrase does not decrypt ${this.name}`));
  }

  set(key: string, value: string, storing: Storing): Promise<void> {
    const isEncrypted = storing === "secret";
    if (isEncrypted) this.kept.lock ??= this.passphrase;
    this.kept.values.set(key, { isEncrypted, value });
    return Promise.resolve();
  }
}

/** How a command ended. */
interface Run {
  readonly code: number;
  readonly output: string;
}

interface RunOptions {
  readonly stdin?: string;
  /** What the environment says. @default - the passphrase of dev */
  readonly passphrase?: string;
  readonly keeping?: Keeping;
}

/** Stacks of a project `app` in memory; each test of the suite that calls this has its own. */
export function fakeStacks() {
  let stacks = new Map<string, Kept>();
  beforeEach(() => (stacks = new Map()));

  /** Makes a stack with these values encrypted; an undefined one is damaged. */
  function stack(
    name: string,
    values: Readonly<Record<string, string | undefined>> = {},
    lock: string = passphrases.dev,
  ): Kept {
    const entries = Object.entries(values).map(([key, value]) => {
      return [key, { isEncrypted: true, value }] as const;
    });
    const made: Kept = { lock, values: new Map(entries) };
    stacks.set(name, made);
    return made;
  }

  /** Makes a stack without any secret. */
  function fresh(name: string): Kept {
    const made = stack(name);
    made.lock = undefined;
    return made;
  }

  async function run(argv: string, options: RunOptions = {}): Promise<Run> {
    const { stdin = "", passphrase = passphrases.dev, keeping = { where: "encrypted" } } = options;
    const lines: string[] = [];
    const code = await secretsCommand(argv.split(" "), {
      project: "app",
      stacks: () => [...stacks.keys()],
      storeOf: (name, given = passphrase) => {
        const kept = stacks.get(name);
        if (kept === undefined) throw new UserError(`there is no stack ${name}`);
        return new FakeStore(name, kept, given);
      },
      passphraseOf: () => ({ text: passphrase, source: "PULUMI_CONFIG_PASSPHRASE" }),
      declarationsFor: () => declarations,
      keepingOf: () => keeping,
      stdin: () => Promise.resolve(stdin),
      out: (line) => lines.push(line),
    });
    return { code, output: lines.join("\n") };
  }

  const state = (): unknown =>
    structuredClone([...stacks].map(([name, { lock, values }]) => [name, lock, values]));

  /** Runs a command that must fail, say why, and store nothing; returns what it says. */
  async function refuses(argv: string, why: RegExp, options: RunOptions = {}): Promise<string> {
    const before = state();
    const said = await run(argv, options).then(
      ({ code, output }) => {
        assert.equal(code, 1, output);
        return output;
      },
      (error: unknown) => {
        assert.ok(error instanceof UserError, String(error));
        return messageOf(error);
      },
    );
    assert.match(said, why);
    assert.deepEqual(state(), before);
    return said;
  }

  return { stack, fresh, run, refuses, state };
}
