import { stringify } from "yaml";
import { isRetained } from "../../lib/labels";
import type { Dependencies } from "../offline/dependencies";
import { byKey, type KubeObject } from "../../lib/objects";

/**
 * The wave of each object by its key: a number higher than that of all it waits for, so that Argo CD
 * deploys in the order in which `up` does.
 *
 * A claim comes with the first user that starts pods, not before it, or else at the end: Argo CD waits
 * until a wave is healthy, and a claim of a class that binds late (WaitForFirstConsumer) is not before
 * a pod uses it (https://github.com/argoproj/argo-cd/issues/12840).
 */
export function syncWaves(
  objects: readonly KubeObject[],
  dependencies: Dependencies,
): ReadonlyMap<string, number> {
  const own = byKey(objects);
  const isClaim = (key: string): boolean => own.get(key)?.kind === "PersistentVolumeClaim";
  const waves = new Map<string, number>();
  const waveOf = (key: string): number => {
    const known = waves.get(key);
    if (known !== undefined) return known;
    const on = (dependencies.get(key) ?? []).filter((each) => own.has(each));
    const wave = Math.max(0, ...on.map((each) => waveOf(each) + (isClaim(each) ? 0 : 1)));
    waves.set(key, wave);
    return wave;
  };
  const keys = [...own.keys()];
  const last = Math.max(0, ...keys.map(waveOf));
  for (const claim of keys.filter(isClaim)) {
    const users = keys.filter((key) => dependencies.get(key)?.includes(claim));
    const prompt = users.filter((key) => runsAtOnce.includes(own.get(key)?.kind ?? ""));
    const wave = prompt.length > 0 ? Math.min(...prompt.map(waveOf)) : last;
    waves.set(claim, wave);
    for (const user of users) waves.set(user, Math.max(waveOf(user), wave));
  }
  return waves;
}

/** What starts pods when it is created; a CronJob does not. */
const runsAtOnce: readonly string[] = ["Deployment", "StatefulSet", "DaemonSet", "Job", "Pod"];

/**
 * The object with what Argo CD and Flux must know of it: when it is due, and that neither deletes
 * protected data. Annotations that it has already win.
 */
export function forGitOps(object: KubeObject, wave: number): KubeObject {
  const annotations = {
    "argocd.argoproj.io/sync-wave": String(wave),
    ...(isRetained(object) && {
      "argocd.argoproj.io/sync-options": "Prune=false,Delete=false",
      "kustomize.toolkit.fluxcd.io/prune": "disabled",
    }),
    ...object.metadata.annotations,
  };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** The `kustomization.yaml` of files, which are given relative to it. */
export function kustomization(files: readonly string[]): string {
  return stringify(
    {
      apiVersion: "kustomize.config.k8s.io/v1beta1",
      kind: "Kustomization",
      resources: [...files].sort(),
    },
    { lineWidth: 0 },
  );
}
