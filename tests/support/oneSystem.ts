import assert from "node:assert/strict";
import { at, type KubeObject, listAt } from "../../lib/objects";
import { collectStack } from "./stacks";
import { systemCases } from "./systems";

/** What a stack with one system would create. */
export interface SystemStack {
  readonly objects: readonly KubeObject[];
  readonly outputs: Readonly<Record<string, unknown>>;
  /** The one object of a kind and name; a Job's name is without its digest. */
  find(kind: string, name: string): KubeObject;
}

const made = new Map<string, Promise<SystemStack>>();

/** A stack that runs one system, with its good settings and those given laid over them; made once. */
export function stackOf(
  system: string,
  settings: object = {},
  stack: Readonly<Record<string, string>> = {},
): Promise<SystemStack> {
  const key = JSON.stringify([system, settings, stack]);
  const found = made.get(key) ?? makeStack(system, settings, stack);
  made.set(key, found);
  return found;
}

async function makeStack(
  system: string,
  settings: object,
  stack: Readonly<Record<string, string>>,
): Promise<SystemStack> {
  const { objects, outputs } = await collectStack("dev", {
    "stackberth:systems": JSON.stringify([system]),
    [`stackberth:${system}`]: JSON.stringify({ ...systemCases[system]?.good, ...settings }),
    ...stack,
  });
  const nameOf = ({ kind, metadata: { name } }: KubeObject): string =>
    kind === "Job" ? name.replace(/-[0-9a-f]{8}$/, "") : name;
  return {
    objects,
    outputs: Object.fromEntries(outputs.map(({ name, value }) => [name, value])),
    find: (kind, name) => {
      const found = objects.filter((each) => each.kind === kind && nameOf(each) === name);
      assert.equal(found.length, 1, `${found.length} of ${kind} ${name}`);
      return found[0] as KubeObject;
    },
  };
}

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

/** The volume that a container has at a path. */
export const mountOf = (container: unknown, path: string): unknown =>
  listAt(container, "volumeMounts").find((each) => each["mountPath"] === path)?.["name"];
