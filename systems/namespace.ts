import type * as pulumi from "@pulumi/pulumi";
import { Namespace, type NamespaceArgs } from "../components";
import type { SystemContext } from "./system";

/** The arguments that each system chooses; the rest follow from the stack. */
type OwnArgs = Pick<NamespaceArgs, "name" | "limitRange" | "quota" | "dnsOnlyFor">;

/** What each system's settings have for its namespaces. */
type Settings = Required<Pick<NamespaceArgs, "podSecurity">>;

/**
 * The namespace of a system, with the labels of the system and the stack and the stack's deadline for its
 * workloads. It outlives a stack that protects its data.
 * @param resourceName - Logical name, for a system with several namespaces. @default - the system's name
 */
export function createNamespace(
  { name, stack, stackSettings, secretSource, settings }: SystemContext<Settings>,
  args: OwnArgs,
  opts: pulumi.ComponentResourceOptions,
  resourceName = name,
): Namespace {
  const { protectData: retain, deadlineSeconds, dns } = stackSettings;
  const { podSecurity } = settings;
  return new Namespace(
    resourceName,
    { ...args, system: name, stack, podSecurity, retain, deadlineSeconds, dns, secretSource },
    opts,
  );
}
