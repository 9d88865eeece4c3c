import assert from "node:assert/strict";
import { at, type KubeObject, listAt } from "../../lib/objects";
import { collectStack, type StackName } from "./stacks";

/** What a stack with one system would create. */
export interface SystemStack {
  readonly objects: readonly KubeObject[];
  readonly outputs: Readonly<Record<string, unknown>>;
  /** The one object of a kind and name. */
  find(kind: string, name: string): KubeObject;
}

/**
 * A stack that runs one system.
 * @param settings Instead of those in the stack's file. @default - the file's
 * @param changes More values of the stack, by `project:key`.
 */
export async function systemStack(
  system: string,
  stack: StackName,
  settings?: object,
  changes: Readonly<Record<string, string>> = {},
): Promise<SystemStack> {
  const { objects, outputs } = await collectStack(stack, {
    "stackberth:systems": JSON.stringify([system]),
    ...(settings && { [`stackberth:${system}`]: JSON.stringify(settings) }),
    ...changes,
  });
  return {
    objects,
    outputs: Object.fromEntries(outputs.map(({ name, value }) => [name, value])),
    find: (kind, name) => {
      const found = objects.filter((each) => each.kind === kind && each.metadata.name === name);
      assert.equal(found.length, 1, `${found.length} of ${kind} ${name}`);
      return found[0] as KubeObject;
    },
  };
}

/** The pod of a Deployment. */
export const podOf = (object: KubeObject): unknown => at(object, "spec", "template", "spec");

/** The main container of a Deployment. */
export const containerOf = (object: KubeObject): unknown => at(podOf(object), "containers", 0);

/** The value of an environment variable, or where it comes from. */
export function variableOf(object: KubeObject, name: string): unknown {
  const found = listAt(containerOf(object), "env").find((each) => each["name"] === name);
  return found?.["value"] ?? found?.["valueFrom"];
}

/** The volume that is mounted at a path. */
export function volumeAt(object: KubeObject, path: string): unknown {
  const mount = listAt(containerOf(object), "volumeMounts").find((it) => it["mountPath"] === path);
  return listAt(podOf(object), "volumes").find(({ name }) => name === mount?.["name"]);
}
