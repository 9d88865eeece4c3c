import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { selectorLabels } from "../lib/labels";
import { nameCheck } from "../lib/names";
import { podProblems, podTemplate, type PodArgs } from "../lib/pod";
import { countCheck, problemsOf, refuse } from "../lib/problems";
import { ruleCheck, schedule as scheduleRule, timeZone } from "../lib/rules";
import type { Namespace } from "./namespace";

export interface CronJobArgs extends PodArgs {
  readonly namespace: Namespace;
  /** Name of the CronJob, at most 52 characters. @default - the component's name */
  readonly name?: string;
  /** Five cron fields, for example `0 3 * * *`. */
  readonly schedule: string;
  /** IANA time zone of the schedule. @default Etc/UTC */
  readonly timeZone?: string;
  /** What happens when a run is due while one is running. @default Forbid */
  readonly concurrencyPolicy?: "Allow" | "Forbid" | "Replace";
  /** Finished runs to keep. @default 3 */
  readonly successfulJobsHistoryLimit?: number;
  /** Failed runs to keep. @default 3 */
  readonly failedJobsHistoryLimit?: number;
  /** Seconds a run that was missed may still start late; at least 10. @default 300 */
  readonly startingDeadlineSeconds?: number;
  /** Tries after the first failure of a run, 0 or more. @default 3 */
  readonly backoffLimit?: number;
  /** Seconds a run may take. @default - no limit */
  readonly activeDeadlineSeconds?: number;
  /** Seconds after which a finished run is deleted. @default - by the history limits alone */
  readonly ttlSecondsAfterFinished?: number;
  /** Plan no runs; they can still be started by hand. @default false */
  readonly suspend?: boolean;
}

/**
 * Work on a schedule.
 *
 * @example new CronJob("clean-up", { namespace, schedule: "0 3 * * *", image, command, resources })
 */
export class CronJob extends pulumi.ComponentResource {
  readonly cronJobName: string;
  /** Selects its pods. */
  readonly selector: Readonly<Record<string, string>>;

  constructor(name: string, args: CronJobArgs, opts?: pulumi.ComponentResourceOptions) {
    const { namespace, schedule, startingDeadlineSeconds = 300, backoffLimit = 3 } = args;
    const objectName = args.name ?? name;
    refuse("CronJob", [
      ...podProblems(args),
      ...problemsOf(
        ruleCheck("schedule", schedule, scheduleRule),
        ruleCheck("timeZone", args.timeZone, timeZone),
        [
          startingDeadlineSeconds < 10,
          "startingDeadlineSeconds",
          `${startingDeadlineSeconds} is less than 10, the controller's own pace`,
        ],
        countCheck("backoffLimit", backoffLimit),
        nameCheck(objectName),
        [
          objectName.length > 52,
          "name",
          `"${objectName}" is longer than 52; the runs' names add eleven characters`,
        ],
      ),
    ]);
    super("stackberth:components:CronJob", name, {}, opts);
    this.cronJobName = objectName;
    this.selector = selectorLabels(namespace.system, this.cronJobName);
    const pod: PodArgs = { ...args, restartPolicy: args.restartPolicy ?? "OnFailure" };
    const { activeDeadlineSeconds, ttlSecondsAfterFinished } = args;
    new k8s.batch.v1.CronJob(
      name,
      {
        metadata: namespace.metadata(this.cronJobName, this.cronJobName),
        spec: {
          schedule,
          timeZone: args.timeZone ?? "Etc/UTC",
          concurrencyPolicy: args.concurrencyPolicy ?? "Forbid",
          successfulJobsHistoryLimit: args.successfulJobsHistoryLimit ?? 3,
          failedJobsHistoryLimit: args.failedJobsHistoryLimit ?? 3,
          startingDeadlineSeconds,
          suspend: args.suspend ?? false,
          jobTemplate: {
            metadata: { labels: { ...this.selector } },
            spec: {
              backoffLimit,
              ...(activeDeadlineSeconds !== undefined && { activeDeadlineSeconds }),
              ...(ttlSecondsAfterFinished !== undefined && { ttlSecondsAfterFinished }),
              template: podTemplate(this.cronJobName, this.selector, namespace.labels, pod),
            },
          },
        },
      },
      { parent: this },
    );
    this.registerOutputs({ name: this.cronJobName });
  }
}
