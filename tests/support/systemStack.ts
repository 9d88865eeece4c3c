import assert from "node:assert/strict";
import { at, type KubeObject, listAt } from "../../lib/objects";
import { collectStack, type StackName } from "./stacks";
import { systemCases } from "./systems";

/** What a stack with one system would create. */
export interface SystemStack {
  readonly objects: readonly KubeObject[];
  readonly outputs: Readonly<Record<string, unknown>>;
  /** The one object of a kind and name; a Job's name is without its digest. */
  find(kind: string, name: string, namespace?: string): KubeObject;
}

/** A fact from a document: where it stands, what it says, how to read it off a stack, its value. */
export type Row = readonly [
  source: string,
  says: string,
  read: (s: SystemStack) => unknown,
  value: unknown,
];

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
    find: (kind, name, namespace) => {
      const found = objects
        .filter((each) => each.kind === kind && nameOf(each) === name)
        .filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace);
      assert.equal(found.length, 1, `${found.length} of ${kind} ${name}`);
      return found[0] as KubeObject;
    },
  };
}

const nameOf = ({ kind, metadata: { name } }: KubeObject): string =>
  kind === "Job" ? name.replace(/-[0-9a-f]{8}$/, "") : name;

const made = new Map<string, Promise<SystemStack>>();

/** A stack that runs one system, with its good settings and those given laid over them; made once. */
export function stackOf(
  system: string,
  settings: object = {},
  changes: Readonly<Record<string, string>> = {},
): Promise<SystemStack> {
  const key = JSON.stringify([system, settings, changes]);
  const all = { ...systemCases[system]?.good, ...settings };
  const found = made.get(key) ?? systemStack(system, "dev", all, changes);
  made.set(key, found);
  return found;
}

/** Whether a stack has an object of a kind and name. */
export const hasObject = ({ objects }: SystemStack, kind: string, name: string): boolean =>
  objects.some((each) => each.kind === kind && each.metadata.name === name);

/** The names of a stack's objects of a kind, sorted. */
export const namesOf = ({ objects }: SystemStack, kind: string): string[] =>
  objects
    .filter((each) => each.kind === kind)
    .map(({ metadata }) => metadata.name)
    .sort();

/** The pod's specification of a workload. */
export const podOf = (object: KubeObject): unknown =>
  object.kind === "CronJob"
    ? at(object, "spec", "jobTemplate", "spec", "template", "spec")
    : at(object, "spec", "template", "spec");

/** A container of a workload; the main one where no name is given. */
export function containerOf(object: KubeObject, name?: string): unknown {
  const containers = listAt(podOf(object), "containers");
  return name === undefined ? containers[0] : containers.find((each) => each["name"] === name);
}

/** An environment variable of a container: its text, or where it comes from. */
export function envOf(container: unknown, name: string): unknown {
  const found = listAt(container, "env").find((each) => each["name"] === name);
  return found?.["value"] ?? found?.["valueFrom"];
}

/** An environment variable of a workload's main container. */
export const variableOf = (object: KubeObject, name: string): unknown =>
  envOf(containerOf(object), name);

/** The name of the volume that a container has at a path. */
export const mountOf = (container: unknown, path: string): unknown =>
  listAt(container, "volumeMounts").find((each) => each["mountPath"] === path)?.["name"];

/** The volume that a workload's main container has at a path. */
export function volumeAt(object: KubeObject, path: string): unknown {
  const mount = mountOf(containerOf(object), path);
  return listAt(podOf(object), "volumes").find(({ name }) => name === mount);
}
