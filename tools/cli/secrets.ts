import { text } from "node:stream/consumers";
import type { SecretDeclaration } from "../../config/secretDeclaration";
import type { StackSettings } from "../../config/stackSettings";
import { textAt } from "../../lib/objects";
import { seal, sealingKey } from "../../lib/seal";
import {
  clusterSecrets,
  declaredSecrets,
  secretNamespaces,
  storedSecrets,
} from "../../stack/secrets";
import { CheckedSettings } from "../project/settings";
import { listStacks, readProject } from "../project/stackConfig";
import { type Engine, findEngine } from "../pulumi/engine";
import { passphraseOf } from "../pulumi/environment";
import { secretsCommand } from "../secrets/command";
import type { Keeping } from "../secrets/keeping";
import { ConfigStore } from "../secrets/store";

/** `npm run secrets -- --stack S`: the secrets of a stack. */
export async function secrets(argv: readonly string[], root: string): Promise<number> {
  const project = textAt(readProject(root), "name");
  const progress = (line: string): void => console.error(line);
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
    out: (line) => console.log(line),
  });
}

/** The settings of a stack and of its systems; needs no passphrase. */
function settingsOf(root: string, stack: string): [StackSettings, Record<string, unknown>] {
  const checked = new CheckedSettings(root, stack);
  const settings = checked.ofStack();
  const entries = settings.systems.map((name) => [name, checked.ofSystem(name)]);
  return [settings, Object.fromEntries(entries) as Record<string, unknown>];
}

/** The secrets that are kept in a stack's file. */
function declarationsFor(root: string, stack: string): readonly SecretDeclaration[] {
  const [{ secretsMode }, systems] = settingsOf(root, stack);
  return storedSecrets(secretsMode, declaredSecrets(systems));
}

/** Where a stack has its secrets. */
function keepingOf(root: string, stack: string): Keeping {
  const [settings, systems] = settingsOf(root, stack);
  const { secretsMode, sealingCertificate } = settings;
  if (secretsMode === "sealed") {
    const namespaces = secretNamespaces(systems);
    return {
      where: "sealed",
      seal: (name, value) =>
        seal(sealingKey(sealingCertificate, new Date()), namespaces[name] ?? "", value),
    };
  }
  if (secretsMode !== "external" && secretsMode !== "existing") return { where: "encrypted" };
  return { where: "elsewhere", lines: clusterSecrets(settings, systems) };
}
