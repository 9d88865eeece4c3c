import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { awaitWithin, retried } from "../lib/await";
import { digest } from "../lib/digest";
import { selectorLabels } from "../lib/labels";
import { contentName, nameCheck } from "../lib/names";
import { podProblems, podTemplate, type PodArgs } from "../lib/pod";
import { countCheck, problemsOf, refuse } from "../lib/problems";
import type { Namespace } from "./namespace";

export interface JobArgs extends PodArgs {
  readonly namespace: Namespace;
  /** Base name of the Job. @default - the component's name */
  readonly name?: string;
  /** Tries after the first failure, 0 or more. @default 3 */
  readonly backoffLimit?: number;
  /** Seconds all tries together may take. @default - the namespace's deadline */
  readonly activeDeadlineSeconds?: number;
  /**
   * Seconds after which the cluster deletes the finished Job. The next `up` then runs it again, because
   * it is no longer there: set it only for a Job that may run at any time. @default - kept
   */
  readonly ttlSecondsAfterFinished?: number | undefined;
}

/**
 * Work that is done once for each image and configuration. The name carries a digest of the pod, so that
 * a change is a new Job and no change is no Job; what depends on it waits until it is complete.
 *
 * @example const init = new Job("init-db", { namespace, image, args: ["init-db"], resources })
 */
export class Job extends pulumi.ComponentResource {
  readonly job: k8s.batch.v1.Job;

  constructor(name: string, args: JobArgs, opts?: pulumi.ComponentResourceOptions) {
    const { namespace } = args;
    const baseName = args.name ?? name;
    const backoffLimit = args.backoffLimit ?? 3;
    refuse("Job", [
      ...podProblems(args),
      ...problemsOf(nameCheck(baseName), countCheck("backoffLimit", backoffLimit)),
    ]);
    super("stackberth:components:Job", name, {}, opts);
    const selector = selectorLabels(namespace.system, baseName);
    const pod: PodArgs = { ...args, restartPolicy: args.restartPolicy ?? "OnFailure" };
    const template = podTemplate(baseName, selector, namespace.labels, pod);
    const ttl = args.ttlSecondsAfterFinished;
    this.job = new k8s.batch.v1.Job(
      name,
      {
        metadata: {
          ...namespace.metadata(baseName, baseName),
          name: pulumi.output(template).apply((content) => contentName(baseName, digest(content))),
          annotations: { ...awaitWithin(namespace.deadlineSeconds), ...retried },
        },
        spec: {
          backoffLimit,
          activeDeadlineSeconds: args.activeDeadlineSeconds ?? namespace.deadlineSeconds,
          ...(ttl !== undefined && { ttlSecondsAfterFinished: ttl }),
          template,
        },
      },
      { parent: this },
    );
    this.registerOutputs({ name: this.job.metadata.name });
  }
}
