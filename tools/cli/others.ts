import { createRequire } from "node:module";
import { text } from "node:stream/consumers";
import { UserError } from "../../lib/errors";
import { textAt } from "../../lib/objects";
import type { SecretDeclaration } from "../../config/secretDeclaration";
import { seal, sealingKey } from "../../lib/seal";
import { listStacks, plainSettings, readProject } from "../project/stackConfig";
import { type Engine, findEngine } from "../pulumi/engine";
import { passphraseOf } from "../pulumi/environment";
import { ConfigStore, type Keeping, secretsCommand } from "../secrets";
import { readFlags } from "./arguments";

const load = createRequire(__filename);
const line = (words: string): void => console.log(words);

/** `npm run cluster -- up|down|status|reset`: the embedded cluster. */
export async function cluster(argv: readonly string[], root: string): Promise<number> {
  const { clusterCommand } = load("../cluster") as typeof import("../cluster");
  return clusterCommand(argv, { root, progress: line });
}

/** `npm run secrets -- --stack S`: the secrets of a stack. */
export async function secrets(argv: readonly string[], root: string): Promise<number> {
  const project = textAt(readProject(root), "name");
  const progress = (words: string): void => console.error(words);
  let found: Promise<Engine> | undefined;
  const engine = (): Promise<Engine> => (found ??= findEngine({ root, parts: [], progress }));
  return secretsCommand(argv, {
    project,
    stacks: () => listStacks(root),
    storeOf: (stack, passphrase) => new ConfigStore({ root, project, stack, engine, passphrase }),
    passphraseOf: (stack) => passphraseOf(root, stack),
    declarationsFor: (stack) => declarationsFor(root, stack),
    keepingOf: (stack) => keepingOf(root, stack),
    stdin: () => text(process.stdin),
    out: line,
  });
}

/** What a stack says of its secrets, as far as it needs no passphrase. */
function stackSecrets(root: string, stack: string) {
  const declared = load("../../stack/secrets") as typeof import("../../stack/secrets");
  const { stackSchema } = load(
    "../../config/stackSettings",
  ) as typeof import("../../config/stackSettings");
  const { systems } = load("../../systems") as typeof import("../../systems");
  const values = plainSettings(root, stack);
  const wrong = (what: string): UserError =>
    new UserError(
      `Pulumi.${stack}.yaml: the settings of ${what} are not right yet; ` +
        `npm run preview -- --stack ${stack} says what is wrong with them`,
    );
  const own = Object.keys(stackSchema.shape).flatMap((key) =>
    key in values ? [[key, values[key]] as const] : [],
  );
  const checkedStack = stackSchema.safeParse(Object.fromEntries(own));
  if (!checkedStack.success) throw wrong("the stack");
  const settings = checkedStack.data;
  const chosen = settings.systems.map((name) => {
    const checked = systems[name]?.schema.safeParse(values[name] ?? {});
    if (checked?.success === true) return [name, checked.data] as const;
    throw wrong(name);
  });
  return { ...declared, settings, systems: Object.fromEntries(chosen) };
}

/** The secrets that are kept in a stack's file. */
function declarationsFor(root: string, stack: string): readonly SecretDeclaration[] {
  const { settings, systems, storedSecrets, declaredSecrets } = stackSecrets(root, stack);
  return storedSecrets(settings.secretsMode, declaredSecrets(systems));
}

/** Where a stack has its secrets. */
function keepingOf(root: string, stack: string): Keeping {
  const found = stackSecrets(root, stack);
  const { settings, systems } = found;
  const { secretsMode, sealingCertificate } = settings;
  if (secretsMode === "sealed") {
    const namespaces = found.secretNamespaces(systems);
    return {
      where: "sealed",
      seal: (name, value) =>
        seal(sealingKey(sealingCertificate, new Date()), namespaces[name] ?? "", value),
    };
  }
  if (secretsMode !== "external" && secretsMode !== "existing") return { where: "encrypted" };
  return { where: "elsewhere", lines: found.clusterSecrets(settings, systems) };
}

/** `npm run docs`: writes what is generated from the schemas. */
export function docs(argv: readonly string[], root: string): Promise<number> {
  readFlags("docs", argv, {});
  const { docsCommand } = load("../docs") as typeof import("../docs");
  return docsCommand(root, line);
}
