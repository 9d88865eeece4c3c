import { annotation, keyOf, type KubeObject } from "../lib/objects";

/** The label by which a stack finds what it owns. The same as in `lib/labels.ts`. */
export const stackLabel = "stackberth.dev/stack";
const retainAnnotation = "stackberth.dev/retain";

/** Selects everything that this program owns, of one stack or of all. */
export function ownedBy(stack?: string): string {
  const managed = "app.kubernetes.io/managed-by=stackberth";
  return stack === undefined ? `${managed},${stackLabel}` : `${managed},${stackLabel}=${stack}`;
}

/** Whether an object holds data that outlives its stack. */
export function isRetained(object: KubeObject): boolean {
  return annotation(object, retainAnnotation) === "true";
}

/**
 * Whether one of this program's engines wrote the object. Controllers copy labels: the claims that
 * a StatefulSet makes are labelled like its template, and hold data.
 */
export function isWrittenByEngine({ metadata }: KubeObject): boolean {
  const managers = metadata.managedFields?.map(({ manager = "" }) => manager) ?? [];
  return managers.some((manager) => manager === "stackberth" || manager.startsWith("pulumi"));
}

const workloads = new Set(["CronJob", "DaemonSet", "Deployment", "Job", "Pod", "StatefulSet"]);
// What starts or scales others goes first, or it would bring them back; KEDA's kinds with it.
const drivers = new Set(["CronJob", "HorizontalPodAutoscaler", "ScaledJob", "ScaledObject"]);

/** What is to be deleted, in stages: each may only begin when the one before is gone. */
export function deletionStages(objects: readonly KubeObject[]): readonly (readonly KubeObject[])[] {
  const stage = ({ kind }: KubeObject): number => {
    if (drivers.has(kind)) return 0;
    if (workloads.has(kind)) return 1;
    if (kind === "Namespace") return 4;
    return kind === "CustomResourceDefinition" ? 3 : 2;
  };
  const stages = [0, 1, 2, 3, 4].map((each) => objects.filter((it) => stage(it) === each));
  return stages.filter((each) => each.length > 0);
}

/** What a stack no longer has, and what of it stays because it is protected. */
export interface Surplus {
  readonly doomed: readonly KubeObject[];
  readonly kept: readonly KubeObject[];
}

/**
 * Compares what is live with what the program has. A namespace stays as long as something
 * protected, or something of the program, is inside.
 */
export function surplus(live: readonly KubeObject[], wanted: readonly KubeObject[]): Surplus {
  const wantedKeys = new Set(wanted.map(keyOf));
  const extra = live.filter((object) => {
    return !wantedKeys.has(keyOf(object)) && isWrittenByEngine(object);
  });
  const occupied = new Set(
    [...wanted, ...live.filter(isRetained), ...live.filter((it) => !isWrittenByEngine(it))].flatMap(
      ({ metadata }) => metadata.namespace ?? [],
    ),
  );
  const isKept = (object: KubeObject): boolean =>
    isRetained(object) || (object.kind === "Namespace" && occupied.has(object.metadata.name));
  return {
    doomed: extra.filter((object) => !isKept(object)),
    kept: extra.filter(isKept),
  };
}
