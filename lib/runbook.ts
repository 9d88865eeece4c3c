/** One command for an operator, ready to paste into a shell. */
export interface RunbookEntry {
  /** What it is for, in a few words; unique within the system. */
  readonly title: string;
  readonly command: string;
}

/** A command on the objects of one namespace. */
export const kubectl = (namespace: string, words: string): string =>
  `kubectl --namespace ${namespace} ${words}`;

/** A run of a CronJob outside its schedule. */
export const startNow = (namespace: string, cronJob: string): string =>
  kubectl(namespace, `create job ${cronJob}-$(date +%s) --from cronjob/${cronJob}`);
