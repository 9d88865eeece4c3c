import type { Cluster } from "../../cluster";
import { ApiError } from "../../cluster/client";
import { keyOf, type KubeObject } from "../../lib/objects";

export const labels = { "app.kubernetes.io/part-of": "sys", "stackberth.dev/stack": "test" };

/** An object of the system `sys` in the stack `test`. */
export const object = (kind: string, name: string, rest: object = {}): KubeObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name, namespace: "lab", uid: `${kind}-${name}`, labels },
  ...rest,
});
export const deployment = (name: string, available: number, replicas = 2): KubeObject =>
  object("Deployment", name, {
    spec: { replicas, selector: { matchLabels: { app: name } } },
    status: { updatedReplicas: replicas, availableReplicas: available, replicas },
  });

/** A Job of the CronJob `backup`: how it stands, how it failed or when it was complete. */
export const job = (
  name: string,
  conditions: readonly object[],
  status: object = {},
): KubeObject => {
  const made = object("Job", name, { status: { conditions, ...status } });
  const owner = [{ kind: "CronJob", uid: "CronJob-backup" }];
  return { ...made, metadata: { ...made.metadata, ownerReferences: owner } };
};
export const failed = (name: string, at: string): KubeObject => {
  const why = { reason: "BackoffLimitExceeded", message: "it failed 4 times" };
  return job(name, [{ type: "Failed", status: "True", lastTransitionTime: at, ...why }]);
};
export const complete = (name: string, at: string): KubeObject =>
  job(name, [{ type: "Complete", status: "True" }], { completionTime: at });

/** A cluster that has these objects, pods that have logs, and nothing else. */
export function clusterOf(
  live: readonly KubeObject[],
  others: readonly KubeObject[] = [],
): Cluster {
  const pod = {
    metadata: { name: "web-1" },
    status: {
      phase: "Running",
      containerStatuses: [{ name: "main", ready: false, restartCount: 3 }],
    },
  };
  const answers: Record<string, unknown> = {
    "/api/v1/namespaces/lab/pods": { items: [pod] },
  };
  const fake = {
    labelled: () => Promise.resolve(live),
    find: (wanted: KubeObject) => {
      if (wanted.kind === "Hidden") throw new ApiError(403, {}, { path: "" });
      return Promise.resolve([...live, ...others].find((it) => keyOf(it) === keyOf(wanted)));
    },
    discovery: { find: () => Promise.resolve(undefined) },
    client: {
      server: "https://127.0.0.1:6443",
      json: ({ path }: { path: string }) => Promise.resolve(answers[path] ?? { items: [] }),
      text: () =>
        Promise.resolve({ status: 200, text: "cannot log in: hunter2-hunter2-hunter2\n" }),
    },
  };
  return fake as unknown as Cluster;
}
