import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Namespace } from "../../components";
import type { Resources } from "../../lib/capacity";
import { deployed, type DeployOptions, type Manifest, read, type Recorded } from "./deploy";

/** What every container of a test asks for. */
export const resources: Resources = {
  requests: { cpu: "100m", memory: "128Mi" },
  limits: { cpu: "1", memory: "1Gi" },
};

/** The part of every pod's arguments that has no default. */
export const pod = { image: "example.org/app:1", resources };

/** The key of keyed digests in tests. */
export const digestKey = pulumi.secret("the-digest-key");

/** Deploys components into a namespace `lab` of the system `sys` in the stack `test`. */
export async function inNamespace<T>(
  build: (namespace: Namespace) => T,
  options?: DeployOptions,
): Promise<{ readonly resources: Recorded[]; readonly result: T }> {
  return deployed(
    () => build(new Namespace("lab", { name: "lab", system: "sys", stack: "test" })),
    options,
  );
}

/** Only what was asked for beside the namespace and its own policies. */
export async function objectsIn(build: (namespace: Namespace) => unknown): Promise<Recorded[]> {
  const all = await inNamespace(build);
  return all.resources.filter(({ parent }) => !parent.endsWith(":Namespace::lab"));
}

/** The problems that a component refuses its arguments with. */
export interface Refusals {
  readonly paths: readonly string[];
  readonly message: string;
  /** What was registered all the same, beside the namespace and what belongs to it: type and name. */
  readonly registered: readonly string[];
}

/** Builds something that must be refused. */
export async function refusals(build: (namespace: Namespace) => unknown): Promise<Refusals> {
  const all: string[] = [];
  const registered = (): string[] => all.filter((resource) => !/ lab(-|$)/.test(resource));
  try {
    await inNamespace(build, { onRegister: (resource) => all.push(resource) });
  } catch (error) {
    if (pulumi.InputPropertyError.isInstance(error)) {
      const { propertyPath, message } = error;
      return { paths: [propertyPath], message, registered: registered() };
    }
    if (pulumi.InputPropertiesError.isInstance(error)) {
      const paths = error.errors.map(({ propertyPath }) => propertyPath);
      return { paths, message: error.message, registered: registered() };
    }
    throw error;
  }
  return { paths: [], message: "", registered: registered() };
}

/** One wrong argument: what it builds, the property it must name, what it must say of it. */
export type Refusal = readonly [
  title: string,
  build: (namespace: Namespace) => unknown,
  path: string,
  says: RegExp,
];

/** A test for each wrong argument. */
export function itRefuses(cases: readonly Refusal[]): void {
  for (const [title, build, path, says] of cases) {
    it(`refuses ${title}`, async () => {
      const { paths, message } = await refusals(build);
      assert.deepEqual(paths, [path]);
      assert.match(message, says);
    });
  }
}

/** Fails unless every resource has the component as its parent, directly or through another one. */
export function assertParents(found: readonly Recorded[], component: string): void {
  assert.ok(found.length > 0, "no resources");
  for (const { type, name, parent } of found) {
    assert.ok(parent.includes("stackberth:components:"), `${type} ${name} has no component`);
  }
  const direct = found.filter(({ parent }) => parent.includes(`:components:${component}::`));
  assert.ok(direct.length > 0, `nothing has ${component} as its parent`);
}

/** The pod template of a Deployment, StatefulSet, Job or CronJob; `path` leads on into it. */
export function inPod(manifest: Manifest, path: string): unknown {
  const base = manifest.kind === "CronJob" ? "spec.jobTemplate.spec.template" : "spec.template";
  return read(manifest, `${base}.${path}`);
}

/** A field of the one main container. */
export const inContainer = (manifest: Manifest, path: string): unknown =>
  inPod(manifest, `spec.containers.0.${path}`);

/** Resources without a share of the node's disk, which has a default. */
export const withoutDisk = (resources: unknown): unknown =>
  JSON.parse(
    JSON.stringify(resources, (key, value: unknown) =>
      key === "ephemeral-storage" ? undefined : value,
    ),
  );

/** The digests that roll a workload's pods, by annotation. */
export function digestsOf(manifest: Manifest): Readonly<Record<string, string>> {
  return (inPod(manifest, "metadata.annotations") ?? {}) as Record<string, string>;
}
