import { parseSecretsArguments, type SecretsRequest, usage } from "./arguments";
import { flawOf, generate, type SecretDeclaration } from "../../config/secretDeclaration";
import { SecretsError } from "../../config/secretsError";
import { compareStacks, inspectPassphrase, inspectSecret, isMissing } from "./inspect";
import { type Finding, mendingCommand } from "./inspect";
import { type Keeping, open, type Opened, ready, store } from "./keeping";
import type { StackAccess } from "./openStack";

/** What the command needs from the world. */
export interface SecretsDeps extends StackAccess {
  /** The secrets that a stack's systems need. */
  readonly declarationsFor: (stack: string) => readonly SecretDeclaration[];
  /** @default - every stack has them encrypted */
  readonly keepingOf?: (stack: string) => Keeping;
  /** All of standard input. */
  readonly stdin: () => Promise<string>;
  /** Prints one line. */
  readonly out: (line: string) => void;
}

/**
 * `npm run secrets`: generates, checks, rotates and stores a stack's secrets.
 * It prints names and never values, and leaves the stack file as it was if anything is wrong.
 *
 * @returns The exit code: 1 if something is missing, unfit or wrongly asked for.
 */
export async function secretsCommand(argv: readonly string[], deps: SecretsDeps): Promise<number> {
  try {
    const request = parseSecretsArguments(argv);
    if (request.mode === "help") {
      deps.out(usage);
      return 0;
    }
    const keeping = deps.keepingOf?.(request.stack) ?? { where: "encrypted" };
    const declarations = deps.declarationsFor(request.stack);
    if (keeping.where === "elsewhere") return elsewhere(request, keeping.lines, deps);
    const opened = open(request.stack, keeping, deps);
    switch (request.mode) {
      case "check":
        return check(opened, declarations, deps);
      case "rotate":
      case "set":
        await replace(request.mode, request, opened, declarations, deps);
        return 0;
      case "generate":
      case "dry-run":
        return fill(request, opened, declarations, deps);
    }
  } catch (error) {
    if (!(error instanceof SecretsError)) throw error;
    deps.out(`secrets: ${error.message}`);
    return 1;
  }
}

/** A secret that is not in the file can only be changed where it is. */
function elsewhere(
  { stack, mode }: SecretsRequest,
  lines: readonly string[],
  { out }: SecretsDeps,
): number {
  const where = `stack ${stack} has no secrets in its file; they are elsewhere:`;
  if (mode === "set" || mode === "rotate") throw new SecretsError([where, ...lines].join("\n"));
  for (const line of [where, ...lines]) out(line);
  return 0;
}

function check(
  opened: Opened,
  declarations: readonly SecretDeclaration[],
  deps: SecretsDeps,
): number {
  const findings = [
    ...(opened.seal ? [] : inspectPassphrase(opened, deps)),
    ...inspectAll(opened, declarations),
    ...(opened.seal ? [] : compareStacks(opened, declarations, deps)),
  ];
  const code = report(findings, deps);
  if (code === 0) deps.out(`${opened.file.name}: the secrets are in order`);
  return code;
}

function fill(
  { mode, stack }: SecretsRequest,
  opened: Opened,
  declarations: readonly SecretDeclaration[],
  deps: SecretsDeps,
): number {
  const { file } = opened;
  const dryRun = mode === "dry-run";
  const filled = ready(opened, deps);
  const missing = declarations.filter(
    (declaration) => declaration.kind !== "user" && isMissing(file, declaration),
  );
  for (const declaration of missing) {
    store(filled, declaration.key, generate(declaration));
  }
  if (!dryRun) file.save();
  const [made, added] = dryRun ? ["would generate", "would add"] : ["generated", "added"];
  if (filled.crypter !== opened.crypter) deps.out(`${added} encryptionsalt to ${file.name}`);
  for (const { key, usedIn } of missing) deps.out(`${made} ${key} (${usedIn})`);
  if (missing.length === 0) deps.out(`${stack}: nothing to generate`);
  return report(inspectAll(filled, declarations), deps);
}

async function replace(
  mode: "rotate" | "set",
  { stack, key: asked = "" }: SecretsRequest,
  opened: Opened,
  declarations: readonly SecretDeclaration[],
  deps: SecretsDeps,
): Promise<void> {
  const { file } = opened;
  const key = asked.replace(`${deps.project}:`, "");
  const declaration = declarations.find((candidate) => candidate.key === key);
  if (declaration === undefined) {
    const known = declarations.map((candidate) => candidate.key).join(", ") || "none";
    throw new SecretsError(
      `${asked} is not a secret of stack ${stack}; its secrets are: ${known}. Anything else is ` +
        `set with: pulumi config set --secret --stack ${stack} KEY < file`,
    );
  }
  const isNew = isMissing(file, declaration);
  if (mode === "rotate" && isNew) {
    const way = declaration.kind === "user" ? "set" : "generate";
    throw new SecretsError(
      `${key} has no value in ${file.name} to rotate; set it with: ` +
        mendingCommand(stack, way, declaration),
    );
  }
  const fromInput = mode === "set" || declaration.kind === "user";
  const retry = mendingCommand(stack, mode, declaration);
  const value = fromInput ? await readValue(declaration, retry, deps) : generate(declaration);
  store(ready(opened, deps), key, value);
  file.save();
  deps.out(`${isNew ? "set" : "replaced"} ${key} (${declaration.usedIn}) in ${file.name}`);
}

async function readValue(
  declaration: SecretDeclaration,
  retry: string,
  deps: SecretsDeps,
): Promise<string> {
  // One line break at the end belongs to the file, not to the secret; the CLI drops it as well.
  const value = (await deps.stdin()).replace(/\r?\n$/, "");
  const flaw = value === "" ? "is empty" : flawOf(declaration, value);
  if (flaw === undefined) return value;
  throw new SecretsError(
    `the value for ${declaration.key} ${flaw}; nothing is stored. Give a better one: ${retry}`,
  );
}

function inspectAll(opened: Opened, declarations: readonly SecretDeclaration[]): Finding[] {
  const sealed = opened.seal !== undefined;
  return declarations.flatMap((declaration) => inspectSecret(opened, declaration, sealed) ?? []);
}

function report(findings: readonly Finding[], { out }: SecretsDeps): number {
  for (const { message } of findings) out(message);
  return findings.some(({ failing }) => failing) ? 1 : 0;
}
