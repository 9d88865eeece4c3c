import assert from "node:assert/strict";
import { compareStack } from "../../tools/diff/compare";
import type { StackDiff } from "../../tools/diff/report";
import { rowsOf } from "../../tools/diff/summary";
import type { KubeObject } from "../../lib/objects";

/** An object of the system `app`. */
export const object = (
  kind: string,
  name: string,
  content: object = {},
  apiVersion = "v1",
): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace: "app", labels: { "app.kubernetes.io/part-of": "app" } },
  ...content,
});

export const deployment = (name: string, spec: object = {}, template: object = {}): KubeObject =>
  object("Deployment", name, { spec: { replicas: 2, ...spec, template } }, "apps/v1");

/** The template of a pod with one container. */
export const pod = (container: object = {}, annotations: object = {}): object => ({
  metadata: { annotations },
  spec: { containers: [{ name: "main", image: "registry.example.org/app:1.0.0", ...container }] },
});

/** What `diff` says of a stack before and after, with consent to some losses. */
export const compare = (
  before: readonly KubeObject[],
  after: readonly KubeObject[],
  allowed: readonly string[] = [],
): StackDiff => compareStack("prod", before, after, allowed);

/** The rows of the only system that differs, as `label: line`. */
export const rows = (before: readonly KubeObject[], after: readonly KubeObject[]): string[] => {
  const { systems } = compare(before, after);
  assert.equal(systems.length, 1);
  return systems
    .flatMap(rowsOf)
    .flatMap(({ label, lines }) => lines.map((it) => `${label}: ${it}`));
};
