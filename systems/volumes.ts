import type * as pulumi from "@pulumi/pulumi";
import { type Namespace, Storage, type StorageArgs } from "../components";
import type { SystemContext } from "./system";

/** A volume for each name. Several pods share it, and it outlives a stack that protects its data. */
export function createStorages<Name extends string>(
  { name, stackSettings }: SystemContext<unknown>,
  namespace: Namespace,
  names: readonly Name[],
  argsOf: (name: Name) => Omit<StorageArgs, "namespace" | "shared" | "retain">,
  parent: pulumi.Resource,
): Readonly<Record<Name, Storage>> {
  const entries = names.map((each) => {
    const args = { ...argsOf(each), namespace, shared: true, retain: stackSettings.protectData };
    return [each, new Storage(`${name}-${each}`, args, { parent })] as const;
  });
  return Object.fromEntries(entries) as Record<Name, Storage>;
}
