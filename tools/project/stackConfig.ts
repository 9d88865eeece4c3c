import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { type Crypter, openStack, readConfig, StackFile } from "../secrets";
import { UserError } from "../../lib/errors";
import { at, isJson, type Json, textAt } from "../../lib/objects";

/** Passphrases that are published because they only guard throw-away data. */
export const publicPassphrases = { dev: "stackberth-dev" };

/** A stack's configuration, decrypted, and what its secrets are encrypted with. */
export interface OpenedStack {
  readonly project: string;
  /** Configuration by `project:key`, as text. */
  readonly config: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
  /** Undefined as long as the stack file has no `encryptionsalt`. */
  readonly crypter: Crypter | undefined;
}

/** The stacks that have a file. */
export function listStacks(root: string): readonly string[] {
  const names = readdirSync(root).map((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1]);
  return names.filter((name) => name !== undefined).sort();
}

/** Refuses a stack that has no file. */
export function requireStack(root: string, stack: string): void {
  const known = listStacks(root);
  if (known.includes(stack)) return;
  throw new UserError(
    `there is no stack ${JSON.stringify(stack)}; --stack takes one of: ${known.join(", ")} ` +
      "(a stack is a file Pulumi.STACK.yaml)",
  );
}

/**
 * Reads and decrypts a stack's configuration, with the defaults of `Pulumi.yaml` where it has none.
 *
 * @param passphrase - Taken instead of the environment's. @default - found where the CLI finds it
 */
export function openStackConfig(root: string, stack: string, passphrase?: string): OpenedStack {
  requireStack(root, stack);
  const description = readProject(root);
  const project = textAt(description, "name");
  const env = passphrase === undefined ? process.env : { PULUMI_CONFIG_PASSPHRASE: passphrase };
  const { file, crypter } = openStack(stack, { root, project, env, publicPassphrases });
  const { values, secretKeys } = readConfig(file, crypter);
  return { project, config: { ...projectDefaults(description), ...values }, secretKeys, crypter };
}

/** The cluster that a stack's file names, as Pulumi's provider for Kubernetes reads it. */
export interface NamedCluster {
  /** @default - the current context of the kubeconfig */
  readonly context?: string;
  /** A kubeconfig, or the path of one. @default - the user's own */
  readonly kubeconfig?: string;
}

/** The values of `kubernetes:…` in a stack's file; its secrets are opened only for an encrypted kubeconfig. */
export function namedCluster(root: string, stack: string): NamedCluster {
  requireStack(root, stack);
  const contents: unknown = parse(readFileSync(join(root, `Pulumi.${stack}.yaml`), "utf8"));
  const context = textAt(contents, "config", "kubernetes:context");
  const hasKubeconfig = at(contents, "config", "kubernetes:kubeconfig") !== undefined;
  const { config } = hasKubeconfig ? openStackConfig(root, stack) : { config: {} };
  const kubeconfig = (config as OpenedStack["config"])["kubernetes:kubeconfig"];
  return { ...(context !== "" && { context }), ...(kubeconfig !== undefined && { kubeconfig }) };
}

/** A stack's settings that are not secret, without the project's name before their keys. */
export function plainSettings(root: string, stack: string): Readonly<Record<string, unknown>> {
  requireStack(root, stack);
  const project = textAt(readProject(root), "name");
  const values = Object.entries(StackFile.read(root, stack, project).plainValues());
  return Object.fromEntries(
    values.flatMap(([key, value]) => {
      return key.startsWith(`${project}:`) ? [[key.slice(project.length + 1), value]] : [];
    }),
  );
}

/** `Pulumi.yaml`, parsed. */
export function readProject(root: string): Json {
  const parsed: unknown = parse(readFileSync(join(root, "Pulumi.yaml"), "utf8"));
  if (isJson(parsed) && textAt(parsed, "name") !== "") return parsed;
  throw new UserError(`${join(root, "Pulumi.yaml")} names no project`);
}

/** The defaults that `Pulumi.yaml` declares, by `project:key`, as text. */
export function projectDefaults(description: Json): Record<string, string> {
  const project = textAt(description, "name");
  const declared = at(description, "config");
  if (!isJson(declared)) return {};
  const entries = Object.entries(declared).flatMap(([key, declaration]) => {
    const value = at(declaration, "value") ?? at(declaration, "default");
    if (value === undefined) return [];
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return [[key.includes(":") ? key : `${project}:${key}`, text] as const];
  });
  return Object.fromEntries(entries);
}
