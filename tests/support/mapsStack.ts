import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { at, type Json, type KubeObject, listAt, textAt } from "../../lib/objects";
import { filledIn } from "./maps";
import { root } from "./stackberth";
import { systemCases } from "./systems";
import { type SystemStack, systemStack, variableOf } from "./systemStack";

type Part = "backend" | "runner";

/** The settings of MAPS' images, which have no default. */
export const images = systemCases["maps"]?.good as Readonly<Record<Part, { image: string }>>;

/** A stack whose MAPS has only these settings beside its images. */
export function stackOf(
  settings: Readonly<Record<string, unknown>> & Partial<Readonly<Record<Part, object>>> = {},
  changes: Readonly<Record<string, string>> = {},
): Promise<SystemStack> {
  const maps = {
    ...settings,
    backend: { ...images.backend, ...settings.backend },
    runner: { ...images.runner, ...settings.runner },
  };
  return systemStack("maps", "dev", maps, changes);
}

/** Prod's file with these changes to the settings of one part each. */
export function prodWith(changes: Readonly<Record<Part, object>>): Promise<SystemStack> {
  const file: unknown = parse(readFileSync(join(root, "Pulumi.prod.yaml"), "utf8"));
  const settings = at(file, "config", "stackberth:maps") as Record<string, object>;
  const changed = Object.entries(changes).map(([part, change]) => {
    const { replicas: _replicas, ...rest } = settings[part] as Record<string, unknown>;
    return [part, { ...rest, ...change }] as const;
  });
  return systemStack("maps", "prod", { ...settings, ...Object.fromEntries(changed) });
}

export const backend = (s: SystemStack): KubeObject => s.find("Deployment", "maps-backend");
export const service = (s: SystemStack): KubeObject => s.find("Service", "maps-backend");

/** What a variable of the backend is in the end, through its ConfigMap. */
export function env(s: SystemStack, name: string): unknown {
  const found = variableOf(backend(s), name);
  const reference = at(found, "configMapKeyRef");
  if (reference === undefined) return found;
  return at(s.find("ConfigMap", textAt(reference, "name")), "data", textAt(reference, "key"));
}

export const secretKey = (name: string, key: string) => ({ secretKeyRef: { name, key } });
export const template = (s: SystemStack): string =>
  textAt(s.find("ConfigMap", "maps-runner-pod"), "data", "runner-pod.yaml");
export const runner = (s: SystemStack): Json => filledIn(template(s), "42");
export const inRunner = (s: SystemStack, ...path: (string | number)[]): unknown =>
  at(runner(s), "spec", "containers", 0, ...path);
export const claims = (s: SystemStack): KubeObject[] =>
  s.objects.filter(({ kind }) => kind === "PersistentVolumeClaim");

/** The names of a container's volumes by path. */
export const mounts = (container: unknown): Record<string, unknown> =>
  Object.fromEntries(
    listAt(container, "volumeMounts").map((each) => [textAt(each, "mountPath"), each["name"]]),
  );

/** The labels of the pods that a pod must share its node with. */
export const onOneNode = (pod: unknown): unknown =>
  at(
    pod,
    "affinity",
    "podAffinity",
    "requiredDuringSchedulingIgnoredDuringExecution",
    0,
    "labelSelector",
    "matchLabels",
  );
