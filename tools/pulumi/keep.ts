import type { Cluster } from "../../cluster";
import { itemsOf } from "../../cluster/client";
import { podSecurityLabels, stackLabel, systemLabels } from "../../lib/labels";
import { type KubeObject, textAt } from "../../lib/objects";
import type { State } from "./state";

/** A namespace that must stay, since it holds a volume that is protected or that the stack has not made. */
interface Occupied {
  readonly urn: string;
  readonly namespace: string;
  readonly claims: readonly string[];
  /** Whether none of the claims is the stack's own. */
  readonly isShared: boolean;
}

/**
 * The namespaces of a stack with claims that must outlast it: retained, made by somebody else, or by the
 * controller of a StatefulSet that keeps them. They would go with the namespace, and their data too.
 */
export async function occupiedNamespaces(
  stack: string,
  { resources }: State,
  cluster: Cluster,
): Promise<readonly Occupied[]> {
  const retained = new Set(
    resources.filter((each) => each["retainOnDelete"] === true).map((each) => textAt(each, "id")),
  );
  const found = await Promise.all(
    namespacesThatGo(resources).map(async (each) => {
      const namespace = textAt(each, "id");
      const lasting = await lastingClaims(cluster, stack, namespace, ({ metadata }) =>
        retained.has(`${namespace}/${metadata.name}`),
      );
      const claims = lasting.map(({ metadata }) => metadata.name);
      const isShared = lasting.every(({ metadata }) => metadata.labels?.[stackLabel] !== stack);
      return { urn: textAt(each, "urn"), namespace, claims, isShared };
    }),
  );
  return found.filter(({ claims }) => claims.length > 0);
}

/** Those of a state's namespaces that the stack takes along; one that outlives it keeps what is in it. */
export const namespacesThatGo = (resources: State["resources"]): State["resources"] =>
  resources.filter(
    (each) => each["type"] === "kubernetes:core/v1:Namespace" && each["retainOnDelete"] !== true,
  );

/**
 * The claims in a namespace that must outlast a stack.
 * @param isKept - Whether a claim of the stack's own must.
 */
export async function lastingClaims(
  cluster: Cluster,
  stack: string,
  namespace: string,
  isKept: (claim: KubeObject) => boolean,
): Promise<readonly KubeObject[]> {
  const claims = await claimsIn(cluster, namespace);
  return claims.filter((claim) => isKept(claim) || !goesAlong(claim, stack));
}

/** The claims in a namespace, whosever they are. */
export async function claimsIn(
  cluster: Pick<Cluster, "client">,
  namespace: string,
): Promise<readonly KubeObject[]> {
  const path = `/api/v1/namespaces/${namespace}/persistentvolumeclaims`;
  const claims = itemsOf(await cluster.client.json({ path }));
  return claims.map((claim) => ({ ...claim, apiVersion: "v1", kind: "PersistentVolumeClaim" }));
}

/** Takes the stack's labels off a namespace that stays: it is somebody else's, with their pods. */
export async function releaseNamespace(cluster: Cluster, namespace: string): Promise<void> {
  const own = [...Object.keys(systemLabels("", "")), ...podSecurityLabels];
  await cluster.client.json({
    method: "PATCH",
    path: `/api/v1/namespaces/${namespace}`,
    contentType: "application/merge-patch+json",
    body: { metadata: { labels: Object.fromEntries(own.map((label) => [label, null])) } },
  });
}

/**
 * Whether a claim goes with the stack: the engine wrote it, or it goes with the StatefulSet that owns it.
 * Controllers copy labels, so that those of the stack prove nothing.
 */
function goesAlong({ metadata }: KubeObject, stack: string): boolean {
  if ((metadata.ownerReferences ?? []).length > 0) return true;
  const managers = metadata.managedFields?.map(({ manager = "" }) => manager) ?? [];
  return metadata.labels?.[stackLabel] === stack && managers.some((it) => it.startsWith("pulumi"));
}
