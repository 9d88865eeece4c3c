import {
  annotation,
  at,
  countAt,
  describe,
  type KubeObject,
  listAt,
  textAt,
} from "../../lib/objects";

/** Whether an object does what it is for; if not, what is missing, and whether waiting is vain. */
type Readiness =
  { readonly state: "ready" } | { readonly state: "waiting" | "failed"; readonly reason: string };

const ready: Readiness = { state: "ready" };

/** What has to be known beside the object itself. */
interface JudgeArgs {
  /** Whether a claim waits for its first pod (`WaitForFirstConsumer`). @default false */
  readonly lateBinding?: boolean;
}

/** Judges a live object. */
export function readinessOf(live: KubeObject, args: JudgeArgs = {}): Readiness {
  if (annotation(live, "pulumi.com/skipAwait") === "true") return ready;
  const awaited = /^condition=(\w+)$/.exec(annotation(live, "pulumi.com/waitFor") ?? "")?.[1];
  if (awaited !== undefined) return hasCondition(live, awaited);
  const judge = judges[live.kind];
  return judge === undefined ? ready : judge(live, args);
}

const judges: Readonly<Record<string, (live: KubeObject, args: JudgeArgs) => Readiness>> = {
  Deployment: deployment,
  StatefulSet: statefulSet,
  DaemonSet: daemonSet,
  Job: job,
  PersistentVolumeClaim: (live, { lateBinding = false }) => {
    const phase = textAt(live, "status", "phase");
    if (phase === "Lost") return { state: "failed", reason: "its volume is lost" };
    return phase === "Bound" || lateBinding ? ready : waiting(`it is ${phase || "Pending"}`);
  },
  Service: (live) => (textAt(live, "spec", "type") === "LoadBalancer" ? balanced(live) : ready),
  Ingress: balanced,
  Namespace: (live) => {
    return textAt(live, "status", "phase") === "Active" ? ready : waiting("it is not Active");
  },
  CustomResourceDefinition: (live) => {
    const established = condition(live, "Established")?.status === "True";
    return established ? ready : waiting("it is not Established");
  },
};

function waiting(reason: string): Readiness {
  return { state: "waiting", reason };
}

type Condition = Readonly<Record<"status" | "reason" | "message", string>>;

function condition(live: KubeObject, type: string): Condition | undefined {
  const found = listAt(live, "status", "conditions").find((it) => it["type"] === type);
  if (found === undefined) return undefined;
  return {
    status: textAt(found, "status"),
    reason: textAt(found, "reason"),
    message: textAt(found, "message"),
  };
}

/** Whether an operator says so of its own object. */
function hasCondition(live: KubeObject, type: string): Readiness {
  // Not every operator says which version of the object it has seen.
  const tells = at(live, "status", "observedGeneration") !== undefined;
  const found = tells && !isObserved(live) ? undefined : condition(live, type);
  if (found === undefined) return waiting(`no operator has set its condition ${type} yet`);
  if (found.status === "True") return ready;
  return waiting(`its condition ${type} is ${found.status}: ${found.message || found.reason}`);
}

/** Whether the controller has seen the latest change yet. */
function isObserved(live: KubeObject): boolean {
  return countAt(live, "status", "observedGeneration") >= (live.metadata.generation ?? 0);
}

function wanted(live: KubeObject): number {
  const replicas = at(live, "spec", "replicas");
  return typeof replicas === "number" ? replicas : 1;
}

function deployment(live: KubeObject): Readiness {
  if (!isObserved(live)) return waiting("its controller has not seen it yet");
  const rollout = rolloutOf(live);
  if (rollout.state === "failed") return rollout;
  const want = wanted(live);
  const updated = countAt(live, "status", "updatedReplicas");
  const available = countAt(live, "status", "availableReplicas");
  const old = countAt(live, "status", "replicas") - updated;
  if (updated < want) return waiting(`${ratio(updated, want)} replicas are updated`);
  if (available < want) return waiting(`${ratio(available, want)} replicas are available`);
  return old > 0 ? waiting(`${String(old)} old replicas wait for the new ones`) : ready;
}

/** Reasons with which a Deployment's controller stops working on a rollout that did not fail. */
const rolloutEnds = new Set(["NewReplicaSetAvailable", "DeploymentPaused"]);

/**
 * How the latest rollout of a Deployment goes, by its controller; pods that an autoscaler adds do not count. Until the first
 * new pod is there, the controller repeats how the rollout before ended: for as long as old pods take to stop, where they
 * have to be gone first.
 */
export function rolloutOf(live: KubeObject): Readiness {
  const progress = condition(live, "Progressing");
  if (progress === undefined || !isObserved(live)) {
    return waiting("its controller has not seen it yet");
  }
  const { reason, message } = progress;
  if (reason === "ProgressDeadlineExceeded") return { state: "failed", reason: message };
  if (!rolloutEnds.has(reason)) return waiting(message);
  const isBegun = wanted(live) === 0 || countAt(live, "status", "updatedReplicas") > 0;
  if (isBegun || reason === "DeploymentPaused") return ready;
  return waiting("it has no new pod yet; old ones may still be stopping");
}

function statefulSet(live: KubeObject): Readiness {
  if (!isObserved(live)) return waiting("its controller has not seen it yet");
  const want = wanted(live);
  const available = countAt(live, "status", "availableReplicas");
  if (available < want) return waiting(`${ratio(available, want)} replicas are available`);
  // The other strategy leaves the old pods until somebody deletes them.
  const onDelete = textAt(live, "spec", "updateStrategy", "type") === "OnDelete";
  const kept = countAt(live, "spec", "updateStrategy", "rollingUpdate", "partition");
  const updated = countAt(live, "status", "updatedReplicas");
  const isUpdated = onDelete || updated >= want - kept;
  return isUpdated ? ready : waiting(`${ratio(updated, want)} replicas are updated`);
}

function daemonSet(live: KubeObject): Readiness {
  if (!isObserved(live)) return waiting("its controller has not seen it yet");
  const want = countAt(live, "status", "desiredNumberScheduled");
  const updated = countAt(live, "status", "updatedNumberScheduled");
  const available = countAt(live, "status", "numberAvailable");
  const onDelete = textAt(live, "spec", "updateStrategy", "type") === "OnDelete";
  if (updated < want && !onDelete) return waiting(`${ratio(updated, want)} pods are updated`);
  return available < want ? waiting(`${ratio(available, want)} pods are available`) : ready;
}

function job(live: KubeObject): Readiness {
  const failure = condition(live, "Failed");
  if (failure?.status === "True") {
    return { state: "failed", reason: `${failure.reason}: ${failure.message}` };
  }
  if (condition(live, "Complete")?.status === "True" || at(live, "spec", "suspend") === true) {
    return ready;
  }
  return waiting(`it has not completed (${String(countAt(live, "status", "active"))} pods active)`);
}

function balanced(live: KubeObject): Readiness {
  const hasAddress = listAt(live, "status", "loadBalancer", "ingress").length > 0;
  return hasAddress ? ready : waiting("no load balancer has given it an address");
}

function ratio(part: number, whole: number): string {
  return `${String(part)} of ${String(whole)}`;
}

/** What a user can do about an object that no controller has made ready. */
export function cureOf(object: KubeObject): string | undefined {
  switch (object.kind) {
    case "Ingress":
    case "Service":
      return (
        `${describe(object)}: does a controller serve it (ingress class, load balancer)? ` +
        'The annotation pulumi.com/skipAwait: "true" stops waiting for it'
      );
    case "ExternalSecret":
      return `${describe(object)}: does the External Secrets operator run, and does its store have the secret?`;
    case "SealedSecret":
      return (
        `${describe(object)}: does the Sealed Secrets controller run, with the key of ` +
        "sealingCertificate? It does not overwrite a Secret that it did not create"
      );
    case "PersistentVolumeClaim":
      return `${describe(object)}: can any StorageClass provision such a volume?`;
    default:
      return undefined;
  }
}
