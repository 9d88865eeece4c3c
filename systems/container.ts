import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { type Namespace, Secrets } from "../components";
import type { container, jobContainer } from "../config/containerFields";
import type { SecretDeclaration } from "../config/secretDeclaration";
import { copyFolder } from "../lib/copyFolder";
import type { Environment } from "../lib/env";
import { type Mount, type PodArgs, type Probe, scratchVolume } from "../lib/pod";
import { problemsOf, refuse } from "../lib/problems";
import type { SystemContext } from "./system";

/** A stack's changes to one container. */
export type ContainerSettings =
  | z.output<typeof container>
  | (z.output<typeof jobContainer> & { readonly startupDeadlineSeconds?: undefined });

const secretName = (system: string): string => `${system}-environment`;

const keysOf = (containers: readonly ContainerSettings[]): string[] =>
  [...new Set(containers.flatMap(({ secretEnv }) => Object.values(secretEnv)))].sort();

/**
 * The secrets that `secretEnv` names; a person supplies them.
 * @param declared - The system's own, which `secretEnv` may name too.
 */
export function containerSecrets(
  system: string,
  containers: readonly ContainerSettings[],
  declared: readonly SecretDeclaration[],
): readonly SecretDeclaration[] {
  return keysOf(containers)
    .filter((key) => declared.every((each) => each.key !== key))
    .map((key) => ({
      key,
      kind: "user",
      length: 1,
      usedIn: `Secret ${secretName(system)}, key ${key}`,
      description: "Environment of a container; `secretEnv` in the stack's file names it.",
    }));
}

/** The Secret with the values that `secretEnv` names. @returns undefined where it names none. */
export function createContainerSecrets(
  { name, secret, digestKey }: SystemContext<unknown>,
  namespace: Namespace,
  containers: readonly ContainerSettings[],
  parent: pulumi.Resource,
): Secrets | undefined {
  const keys = keysOf(containers);
  if (keys.length === 0) return undefined;
  const data = Object.fromEntries(keys.map((key) => [key, secret(key)]));
  return new Secrets(
    `${name}-environment`,
    { namespace, name: secretName(name), data, digestKey },
    { parent },
  );
}

/**
 * The arguments of a pod with a stack's changes to its main container.
 * @param secrets - What `createContainerSecrets` made.
 * @throws pulumi.InputPropertyError if `env` would replace a secret by plain text.
 */
export function withContainer<Args extends Omit<PodArgs, "ports">>(
  args: Args,
  settings: ContainerSettings,
  secrets: Secrets | undefined,
): Args {
  const { command, args: given, runAsUser, runAsGroup, readOnlyRootFilesystem } = settings;
  const volumes = settings.scratch.map((each, index) => ({
    ...each,
    from: scratchVolume(`scratch-${index}`, each.sizeLimit),
  }));
  const copies = volumes
    .filter(({ copy }) => copy)
    .map(({ path, from }, index) => [`copy-${index}`, copyFolder(args, path, from)] as const);
  const mounts: Mount[] = volumes.map(({ path, from }) => ({ path, from }));
  return {
    ...args,
    ...(command && { command, args: given ?? [] }),
    ...(given && { args: given }),
    env: environmentOf(args.env ?? {}, settings, secrets),
    mounts: [...(args.mounts ?? []), ...mounts],
    ...(copies.length > 0 && {
      initContainers: { ...Object.fromEntries(copies), ...args.initContainers },
    }),
    ...(runAsUser !== undefined && { runAsUser }),
    ...(runAsGroup !== undefined && { runAsGroup }),
    ...(readOnlyRootFilesystem !== undefined && { readOnlyRootFilesystem }),
    ...startupOf(args, settings.startupDeadlineSeconds),
  };
}

function environmentOf(
  own: Environment,
  { env, secretEnv }: ContainerSettings,
  secrets: Secrets | undefined,
): Environment {
  const exposed = Object.keys(env).find((name) => typeof (own[name] ?? "") !== "string");
  refuse(
    "container",
    problemsOf([
      exposed !== undefined,
      `env.${exposed}`,
      "is a secret or a field of the pod; use secretEnv to replace it",
    ]),
  );
  const references = Object.entries(secretEnv).flatMap(([name, key]) =>
    secrets ? [[name, secrets.ref(key)] as const] : [],
  );
  return { ...own, ...env, ...Object.fromEntries(references) };
}

/** Every ten seconds is soon enough to notice that a slow start has ended. */
const startupPeriodSeconds = 10;

/** The startup probe asks what the readiness probe asks, until the deadline. */
function startupOf(
  args: Pick<PodArgs, "startupProbe" | "readinessProbe" | "livenessProbe">,
  seconds: number | undefined,
): { readonly startupProbe?: Probe } {
  const asks = args.startupProbe ?? args.readinessProbe ?? args.livenessProbe;
  if (seconds === undefined || asks === undefined) return {};
  return {
    startupProbe: {
      ...asks,
      initialDelaySeconds: 0,
      periodSeconds: startupPeriodSeconds,
      failureThreshold: Math.ceil(seconds / startupPeriodSeconds),
    },
  };
}
