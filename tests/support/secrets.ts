import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { secretsCommand } from "../../tools/secrets/command";
import type { SecretDeclaration } from "../../config/secretDeclaration";
import type { Keeping } from "../../tools/secrets/keeping";
import { Crypter } from "../../tools/secrets/passphrase";
import { readConfig, StackFile } from "../../tools/secrets/stackFile";

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

export const passphrases = { dev: "stackberth-dev", prod: "known only to the tests" };
type Stack = keyof typeof passphrases;

/** How a command ended. */
interface Run {
  readonly code: number;
  readonly output: string;
}

interface RunOptions {
  readonly stdin?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly keeping?: Keeping;
}

// Deriving a key takes a while; all suites share these.
let locks: Readonly<Record<Stack, { readonly crypter: Crypter; readonly salt: string }>>;

/** A folder for the stack files of a project `app`; each test of the suite that calls this has its own. */
export function secretsFolder() {
  let root = "";
  before(function () {
    this.timeout(20_000);
    locks ??= { dev: Crypter.create(passphrases.dev), prod: Crypter.create(passphrases.prod) };
  });
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "secrets-"));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const pathOf = (stack: string): string => join(root, `Pulumi.${stack}.yaml`);
  const textOf = (stack = "dev"): string => readFileSync(pathOf(stack), "utf8");
  const write = (text: string, stack = "dev"): void => writeFileSync(pathOf(stack), text);
  const saltOf = (stack: Stack): string => locks[stack].salt;
  const lock = (plain: string, stack: Stack = "dev"): string => locks[stack].crypter.encrypt(plain);
  const devFile = (): StackFile => StackFile.read(root, "dev", "app");
  const devValues = (): ReturnType<typeof readConfig> => readConfig(devFile(), locks.dev.crypter);

  /** A stack file with comments, odd spacing and some secrets, one of them nested. */
  function example(values: Readonly<Record<string, string>> = {}): string {
    const secrets = Object.entries(values).flatMap(([key, secure]) => [
      `  app:${key}:`,
      `    secure: ${secure} # keep`,
    ]);
    return [
      "# The development stack",
      `encryptionsalt: ${saltOf("dev")}`,
      "config:   # everything",
      `  app:hosts: [ "a.example",   'b.example' ] # two`,
      "  replicas: 3",
      "",
      "  app:nested:",
      "      debug: true",
      `      token: { secure: "${lock("inner")}" }`,
      ...secrets,
      "  # the end of config",
      "",
      "# the end of the file",
      "",
    ].join("\n");
  }

  async function run(argv: string, options: RunOptions = {}): Promise<Run> {
    const { stdin = "", env = {}, keeping = { where: "encrypted" } } = options;
    const lines: string[] = [];
    const code = await secretsCommand(argv.split(" "), {
      root,
      project: "app",
      declarationsFor: () => declarations,
      stdin: () => Promise.resolve(stdin),
      out: (line) => lines.push(line),
      env,
      publicPassphrases: { dev: passphrases.dev },
      keepingOf: () => keeping,
    });
    return { code, output: lines.join("\n") };
  }

  /** Runs a command that must fail, say why, and leave the directory as it was. */
  async function refuses(argv: string, why: RegExp, options: RunOptions = {}): Promise<void> {
    const state = (): unknown =>
      readdirSync(root).map((name) => [name, readFileSync(join(root, name))]);
    const before = state();
    const { code, output } = await run(argv, options);
    assert.match(output, why);
    assert.equal(code, 1);
    assert.deepEqual(state(), before);
  }

  const rootOf = (): string => root;
  const files = { rootOf, pathOf, textOf, write, devFile, devValues };
  return { ...files, saltOf, lock, example, run, refuses };
}

/** The lines of `after` that are not in `before`, and the other way round. */
export function changedLines(
  before: string,
  after: string,
): { added: string[]; removed: string[] } {
  const [old, now] = [before.split("\n"), after.split("\n")];
  return {
    added: now.filter((line) => !old.includes(line)),
    removed: old.filter((line) => !now.includes(line)),
  };
}
