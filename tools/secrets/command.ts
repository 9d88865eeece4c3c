import { parseSecretsArguments, type SecretsRequest, usage } from "./arguments";
import { flawOf, generate, type SecretDeclaration } from "../../config/secretDeclaration";
import { UserError } from "../../lib/errors";
import type { Passphrase } from "../pulumi/environment";
import { compareStacks, inspectPassphrase, inspectSecret, requireFit } from "./inspect";
import { type Finding, mendingCommand, type StoreOf } from "./inspect";
import { type Keeping, open, type Opened } from "./keeping";
import type { Storing, StoredValues } from "./store";

/** What the command depends on. */
export interface SecretsDeps {
  /** The project's name, the first part of its configuration keys. */
  readonly project: string;
  /** The stacks that have a file. */
  readonly stacks: () => readonly string[];
  readonly storeOf: StoreOf;
  /** The passphrase that a stack's first secret is encrypted with. */
  readonly passphraseOf: (stack: string) => Passphrase;
  /** The secrets that a stack's systems need. */
  readonly declarationsFor: (stack: string) => readonly SecretDeclaration[];
  readonly keepingOf: (stack: string) => Keeping;
  /** All of standard input. */
  readonly stdin: () => Promise<string>;
  /** Prints one line. */
  readonly out: (line: string) => void;
}

/**
 * `npm run secrets`: generates, checks, rotates and stores a stack's secrets.
 * It prints names and never values, and stores nothing if anything is wrong.
 *
 * @returns The exit code: 1 if something is missing or unfit.
 * @throws UserError if something is wrongly asked for.
 */
export async function secretsCommand(argv: readonly string[], deps: SecretsDeps): Promise<number> {
  const request = parseSecretsArguments(argv);
  if (request.mode === "help") {
    deps.out(usage);
    return 0;
  }
  const { stack } = request;
  const keeping = deps.keepingOf(stack);
  const declarations = deps.declarationsFor(stack);
  if (keeping.where === "elsewhere") return elsewhere(request, keeping.lines, deps);
  const opened = await open(stack, keeping, deps.storeOf(stack));
  switch (request.mode) {
    case "check":
      return check(opened, declarations, deps);
    case "rotate":
    case "set":
      await replace(request.mode, request.key ?? "", opened, declarations, deps);
      return 0;
    case "generate":
    case "dry-run":
      return fill(request.mode, opened, declarations, deps);
  }
}

/** A secret that is kept elsewhere can only be changed there. */
function elsewhere(
  { stack, mode }: SecretsRequest,
  lines: readonly string[],
  { out }: SecretsDeps,
): number {
  const where = `stack ${stack} keeps no secrets in its file; they are elsewhere:`;
  if (mode === "set" || mode === "rotate") throw new UserError([where, ...lines].join("\n"));
  for (const line of [where, ...lines]) out(line);
  return 0;
}

async function check(
  opened: Opened,
  declarations: readonly SecretDeclaration[],
  deps: SecretsDeps,
): Promise<number> {
  const { stack, store, values, seal } = opened;
  const others = deps.stacks().filter((name) => name !== stack);
  const findings = [
    ...(seal || !store.isLocked ? [] : inspectPassphrase(opened, deps.passphraseOf(stack))),
    ...inspectAll(opened, values, declarations),
    ...(seal ? [] : await compareStacks(opened, declarations, others, deps.storeOf)),
  ];
  const code = report(findings, deps);
  if (code === 0) deps.out(`${store.name}: the secrets are in order`);
  return code;
}

async function fill(
  mode: "generate" | "dry-run",
  opened: Opened,
  declarations: readonly SecretDeclaration[],
  deps: SecretsDeps,
): Promise<number> {
  const { stack, store, values, seal } = opened;
  const missing = declarations.filter(({ key, kind }) => kind !== "user" && !values.has(key));
  if (missing.length === 0) deps.out(`${stack}: nothing to generate`);
  const isFirst = missing.length > 0 && requireReady(opened, deps);
  const made = missing.map((declaration) => [declaration, generate(declaration)] as const);
  const ready = made.map(([{ key, usedIn }, value]) => {
    return { key, usedIn, ...storable(opened, key, value) };
  });
  const [generated, added] =
    mode === "dry-run" ? ["would generate", "would add"] : ["generated", "added"];
  for (const [index, { key, usedIn, text, storing }] of ready.entries()) {
    if (mode === "generate") await store.set(key, text, storing);
    if (index === 0 && isFirst) deps.out(`${added} encryptionsalt to ${store.name}`);
    deps.out(`${generated} ${key} (${usedIn})`);
  }
  const filled = new Map([
    ...values,
    ...ready.map(({ key, text }) => [key, { isEncrypted: !seal, value: text }] as const),
  ]);
  return report(inspectAll(opened, filled, declarations), deps);
}

/** Refuses an unfit passphrase for a stack's first secret. @returns Whether it is the first. */
function requireReady(opened: Opened, { passphraseOf }: SecretsDeps): boolean {
  const isFirst = !opened.seal && !opened.store.isLocked;
  if (isFirst) requireFit(passphraseOf(opened.stack), opened);
  return isFirst;
}

/** What is put into the file for a value. */
function storable(
  { seal }: Opened,
  key: string,
  value: string,
): { readonly text: string; readonly storing: Storing } {
  if (seal) return { text: seal(key, value), storing: "plaintext" };
  return { text: value, storing: "secret" };
}

async function replace(
  mode: "rotate" | "set",
  asked: string,
  opened: Opened,
  declarations: readonly SecretDeclaration[],
  deps: SecretsDeps,
): Promise<void> {
  const { stack, store, values } = opened;
  const key = asked.replace(`${deps.project}:`, "");
  const declaration = declarations.find((candidate) => candidate.key === key);
  if (declaration === undefined) {
    const known = declarations.map((candidate) => candidate.key).join(", ") || "none";
    throw new UserError(
      `${asked} is not a secret of stack ${stack}; its secrets are: ${known}. To set ` +
        `anything else: npm run pulumi -- config set --secret --stack ${stack} KEY < file`,
    );
  }
  const isNew = !values.has(key);
  if (mode === "rotate" && isNew) {
    const way = declaration.kind === "user" ? "set" : "generate";
    throw new UserError(
      `${key} has no value in ${store.name} to rotate; set it with: ` +
        mendingCommand(stack, way, declaration),
    );
  }
  const fromInput = mode === "set" || declaration.kind === "user";
  const retry = mendingCommand(stack, mode, declaration);
  const value = fromInput ? await readValue(declaration, retry, deps) : generate(declaration);
  requireReady(opened, deps);
  const { text, storing } = storable(opened, key, value);
  await store.set(key, text, storing);
  deps.out(`${isNew ? "set" : "replaced"} ${key} (${declaration.usedIn}) in ${store.name}`);
}

async function readValue(
  declaration: SecretDeclaration,
  retry: string,
  deps: SecretsDeps,
): Promise<string> {
  // One line break at the end belongs to the file, not to the secret, as for the CLI.
  const value = (await deps.stdin()).replace(/\r?\n$/, "");
  const flaw = value === "" ? "is empty" : flawOf(declaration, value);
  if (flaw === undefined) return value;
  throw new UserError(
    `the value for ${declaration.key} ${flaw}; nothing was stored. Try again: ${retry}`,
  );
}

function inspectAll(
  opened: Opened,
  values: StoredValues,
  declarations: readonly SecretDeclaration[],
): Finding[] {
  return declarations.flatMap(
    (declaration) => inspectSecret(opened, values.get(declaration.key), declaration) ?? [],
  );
}

function report(findings: readonly Finding[], { out }: SecretsDeps): number {
  for (const { message } of findings) out(message);
  return findings.some(({ failing }) => failing) ? 1 : 0;
}
