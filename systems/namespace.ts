import type * as pulumi from "@pulumi/pulumi";
import { Namespace, type NamespaceArgs } from "../components";
import type { SystemContext } from "./system";

/** What systems differ in; the rest follows from the stack. */
type OwnArgs = Pick<NamespaceArgs, "name" | "podSecurity" | "limitRange" | "quota" | "dnsOnlyFor">;

/**
 * The namespace of a system. It carries the labels of the system and the stack, outlives the stack
 * where the stack protects data, and gives its workloads the stack's deadline.
 * @param resourceName - Logical name, for a system of several namespaces. @default - the system's name
 */
export function createNamespace(
  { name, stack, stackSettings, secretSource }: SystemContext<unknown>,
  args: OwnArgs,
  parent: pulumi.Resource,
  resourceName = name,
): Namespace {
  const { protectData: retain, deadlineSeconds } = stackSettings;
  return new Namespace(
    resourceName,
    { ...args, system: name, stack, retain, deadlineSeconds, secretSource },
    { parent },
  );
}
