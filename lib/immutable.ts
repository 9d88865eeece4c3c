import { at, type KubeObject, textAt } from "./objects";
import { isQuantity, parseQuantity } from "./quantity";
import { type FieldChange, isAtOrBelow } from "./fieldChanges";
import { formatAnnotation } from "./labels";

/** A field that no live object can change: the object is deleted and made anew, or the change fails. */
interface ImmutableField {
  readonly path: string;
  /** What else is lost; set where a person must consent. */
  readonly costs?: string;
}

const restart = "its pods all stop before the new ones start";
const lostData = "the new claim is empty; the data stays with the old volume or is deleted";
const selector: readonly ImmutableField[] = [{ path: "spec.selector", costs: restart }];
const fields = (...paths: readonly string[]): readonly ImmutableField[] =>
  paths.map((path) => ({ path }));

/**
 * By API group and kind. Sources, for the fields of kinds that systems use or may come to use:
 *
 * - validation of updates in the API server, `pkg/apis/KIND-GROUP/validation` of
 *   https://github.com/kubernetes/kubernetes: what it calls immutable or forbidden;
 * - https://kubernetes.io/docs/reference/kubernetes-api/ and, for StatefulSets,
 *   https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/;
 * - what Pulumi's provider replaces: `forceNew` in `provider/pkg/provider/diff.go` of
 *   https://github.com/pulumi/pulumi-kubernetes; that is a StatefulSet's revisionHistoryLimit as well.
 */
export const immutableFields: Readonly<Record<string, readonly ImmutableField[]>> = {
  "apps/Deployment": selector,
  "apps/DaemonSet": selector,
  "apps/ReplicaSet": selector,
  "apps/StatefulSet": [
    ...selector,
    { path: "spec.volumeClaimTemplates", costs: "existing claims stay as they are" },
    ...fields("spec.serviceName", "spec.podManagementPolicy", "spec.revisionHistoryLimit"),
  ],
  "batch/Job": fields(
    "spec.selector",
    "spec.template",
    "spec.completions",
    "spec.completionMode",
    "spec.parallelism",
    "spec.podFailurePolicy",
    "spec.successPolicy",
    "spec.backoffLimitPerIndex",
    "spec.managedBy",
  ),
  // All of a claim's spec but the size it asks for and its attributes class.
  "/PersistentVolumeClaim": [
    "spec.accessModes",
    "spec.storageClassName",
    "spec.selector",
    "spec.volumeName",
    "spec.volumeMode",
    "spec.dataSource",
    "spec.dataSourceRef",
  ].map((path) => ({ path, costs: lostData })),
  "/PersistentVolume": [
    "spec.hostPath",
    "spec.local",
    "spec.nfs",
    "spec.csi",
    "spec.nodeAffinity",
    "spec.volumeMode",
  ].map((path) => ({ path, costs: "the data stays on the old volume" })),
  "/Service": fields("spec.clusterIP", "spec.clusterIPs"),
  "/Secret": fields("type"),
  "/ResourceQuota": fields("spec.scopes", "spec.scopeSelector"),
  "rbac.authorization.k8s.io/RoleBinding": fields("roleRef"),
  "rbac.authorization.k8s.io/ClusterRoleBinding": fields("roleRef"),
  "storage.k8s.io/StorageClass": fields(
    "provisioner",
    "parameters",
    "reclaimPolicy",
    "volumeBindingMode",
  ),
  "scheduling.k8s.io/PriorityClass": fields("value", "preemptionPolicy"),
};

/** Fields that keep their first value: the program's later ones are not sent. By kind, as Pulumi's paths. */
export const settled = {
  StatefulSet: ["spec.volumeClaimTemplates[*].spec.resources.requests.storage"],
} as const;

/** Whether a change is of such a field. */
export function isSettled({ kind }: KubeObject, { path }: FieldChange): boolean {
  const pattern = kind === "StatefulSet" ? settled.StatefulSet[0] : undefined;
  return pattern !== undefined && path.replace(/\[[^\]]*\]/, "[*]") === pattern;
}

/** Why a change cannot be made in the live object. */
interface Replacement {
  /** The fields that ask for it. */
  readonly fields: readonly string[];
  /** What is lost and must be consented to; none where a replacement costs nothing. */
  readonly costs: readonly string[];
}

/** Whether, and by which fields, a changed object has to be replaced. */
export function replacementOf(
  before: KubeObject,
  changes: readonly FieldChange[],
): Replacement | undefined {
  const { apiVersion, kind } = before;
  const group = apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
  const table = [...(immutableFields[`${group}/${kind}`] ?? []), ...frozenData(before)];
  const hits = changes.flatMap((change) => {
    const { path } = change;
    if (isSettled(before, change)) return [];
    const field = table.find((each) => isAtOrBelow(path, each.path));
    return field === undefined ? [] : [{ path, costs: field.costs }];
  });
  const ofClaim = kind === "PersistentVolumeClaim" ? changes : [];
  const shrunk = ofClaim.filter(shrinks);
  const foreign = ofClaim.filter(
    ({ path, before: old }) => path === formatPath && old !== undefined,
  );
  const touched = [...hits, ...shrunk, ...foreign].map(({ path }) => path);
  if (touched.length === 0) return undefined;
  const costs = [
    ...hits.flatMap(({ costs: cost }) => cost ?? []),
    ...shrunk.map(() => "a claim cannot shrink; a smaller one is new and empty"),
    ...foreign.map(() => "no other server can read its files"),
  ];
  return { fields: touched, costs: [...new Set(costs)] };
}

/** `immutable: true` freezes the data of a ConfigMap or Secret. */
function frozenData(before: KubeObject): readonly ImmutableField[] {
  if (!["ConfigMap", "Secret"].includes(before.kind) || at(before, "immutable") !== true) return [];
  return fields("data", "binaryData", "stringData", "immutable");
}

const formatPath = `metadata.annotations[${JSON.stringify(formatAnnotation)}]`;

function shrinks({ path, before, after }: FieldChange): boolean {
  if (path !== "spec.resources.requests.storage") return false;
  const [old, now] = [textAt({ before }, "before"), textAt({ after }, "after")];
  return isQuantity(old) && isQuantity(now) && parseQuantity(now) < parseQuantity(old);
}
