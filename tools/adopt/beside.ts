import type { Cluster } from "../../cluster";
import { itemsOf } from "../../cluster/client";
import { collectionPath } from "../../cluster/discovery";
import { stackLabel } from "../../lib/labels";
import { annotation, isJson, keyOf, type KubeObject, listAt, textAt } from "../../lib/objects";

/** The kinds that run, route or hold data. */
const kinds = [
  ["apps/v1", "Deployment"],
  ["apps/v1", "StatefulSet"],
  ["apps/v1", "DaemonSet"],
  ["batch/v1", "CronJob"],
  ["autoscaling/v2", "HorizontalPodAutoscaler"],
  ["networking.k8s.io/v1", "Ingress"],
  ["v1", "Service"],
  ["v1", "PersistentVolumeClaim"],
] as const;

/** What is in the namespaces of a stack and not the stack's: it stays, and goes on beside it. */
export async function findBeside(
  cluster: Cluster,
  stack: string,
  wanted: readonly KubeObject[],
): Promise<readonly KubeObject[]> {
  const known = new Set(wanted.map(keyOf));
  const namespaces = wanted.filter(({ kind }) => kind === "Namespace");
  const lists = namespaces.flatMap(({ metadata: { name: namespace } }) =>
    kinds.map(async ([apiVersion, kind]) => {
      const resource = await cluster.discovery.find({ apiVersion, kind, metadata: { name: "" } });
      if (resource === undefined) return [];
      const path = collectionPath(resource, namespace);
      const items = itemsOf(await cluster.client.json({ path }));
      return items.map((each) => ({ ...each, apiVersion, kind }));
    }),
  );
  return (await Promise.all(lists)).flat().filter((object) => {
    const { ownerReferences = [], labels } = object.metadata;
    if (known.has(keyOf(object)) || labels?.[stackLabel] === stack) return false;
    return ownerReferences.length === 0;
  });
}

/** Whether pods of the stack mount a claim. */
export function isMounted(claim: KubeObject, wanted: readonly KubeObject[]): boolean {
  const { name, namespace } = claim.metadata;
  const own = wanted.filter(({ metadata }) => metadata.namespace === namespace);
  return own.some((object) => {
    const templates = listAt(object, "spec", "volumeClaimTemplates");
    const names = templates.map((each) => textAt(each, "metadata", "name"));
    const isOfSet = names.some((each) => name.startsWith(`${each}-${object.metadata.name}-`));
    return isOfSet || claimNames(object).includes(name);
  });
}

function claimNames(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(claimNames);
  if (!isJson(value)) return [];
  const name = textAt(value, "persistentVolumeClaim", "claimName");
  return [name, ...Object.values(value).flatMap(claimNames)];
}

/** What must be done so that Helm does not delete an object that it has made; undefined if it has not. */
export function releaseOf(object: KubeObject): string | undefined {
  const [name, namespace] = ["name", "namespace"].map((each) =>
    annotation(object, `meta.helm.sh/release-${each}`),
  );
  if (name === undefined) return undefined;
  return (
    `Helm's release ${name}: never uninstall it, which would delete what the stack has taken over; after up, run ` +
    `\`kubectl delete secret -l owner=helm,name=${name} -n ${namespace ?? ""}\`, and Helm forgets it`
  );
}
