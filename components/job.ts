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
  /** Retries after a failure, 0 or more. @default 3 */
  readonly backoffLimit?: number;
  /**
   * Seconds that all attempts together may take; the deployment waits as long.
   * @default - the namespace's deadline
   */
  readonly activeDeadlineSeconds?: number;
  /**
   * Seconds after which the cluster deletes the finished Job. The next `up` creates it again, so set this
   * only for a Job that may run at any time. @default - kept
   */
  readonly ttlSecondsAfterFinished?: number | undefined;
}

/**
 * A Job that runs once for each image and configuration. Its name contains a digest of the pod template:
 * a changed template makes a new Job, an unchanged one does not. Dependents wait until it is complete.
 *
 * @example const init = new Job("init-db", { namespace, image, args: ["init-db"], resources })
 */
export class Job extends pulumi.ComponentResource {
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
    const deadline = args.activeDeadlineSeconds ?? namespace.deadlineSeconds;
    const template = podTemplate(baseName, selector, namespace.labels, pod);
    const ttl = args.ttlSecondsAfterFinished;
    const job = new k8s.batch.v1.Job(
      name,
      {
        metadata: {
          ...namespace.metadata(baseName, baseName),
          name: pulumi.output(template).apply((content) => contentName(baseName, digest(content))),
          annotations: {
            ...awaitWithin(Math.max(deadline, namespace.deadlineSeconds)),
            ...retried,
          },
        },
        spec: {
          backoffLimit,
          activeDeadlineSeconds: deadline,
          ...(ttl !== undefined && { ttlSecondsAfterFinished: ttl }),
          template,
        },
      },
      { parent: this },
    );
    this.registerOutputs({ name: job.metadata.name });
  }
}
