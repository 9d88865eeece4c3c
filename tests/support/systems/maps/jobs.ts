import type { BadSetting } from "../cases";
import { runner, small, large } from "./good";

/** Faults in runners and their data. */
export const jobs: readonly BadSetting[] = [
  { title: "no runner", changes: { runner: undefined }, key: "runner", says: /is missing/ },
  {
    title: "an image of version latest",
    changes: { runner: { image: "py-exec:latest" } },
    key: "runner.image",
    says: /not `latest`/,
  },
  {
    title: "unknown key of the system",
    changes: { runners: {} },
    key: "runners",
    says: /did you mean runner/,
  },
  {
    title: "timeout of zero",
    changes: { runner: { ...runner, timeoutSeconds: 0 } },
    key: "runner.timeoutSeconds",
    says: /at least 1/,
  },
  {
    title: "no runners",
    changes: { runner: { ...runner, maxPods: 0 } },
    key: "runner.maxPods",
    says: /at least 1/,
  },
  {
    title: "no jobs",
    changes: { runner: { ...runner, maxJobs: 0 } },
    key: "runner.maxJobs",
    says: /at least 1/,
  },
  {
    title: "scratch size with an unknown unit",
    changes: { runner: { ...runner, scratchSize: "1 GB" } },
    key: "runner.scratchSize",
    says: /quantity/,
  },
  {
    title: "unknown guard",
    changes: { runner: { ...runner, guard: "warn" } },
    key: "runner.guard",
    says: /deny, audit, none/,
  },
  {
    title: "runners' egress without prefix",
    changes: { runner: { ...runner, egress: ["203.0.113.1"] } },
    key: "runner.egress[0]",
    says: /CIDR/,
  },
  {
    title: "topology spread of runners, which are single pods",
    changes: { runner: { ...runner, placement: { spread: false } } },
    key: "runner.placement.spread",
    says: /unknown key/,
  },
  {
    title: "unknown access mode",
    changes: { volumes: { accessMode: "RWX" } },
    key: "volumes.accessMode",
    says: /ReadWriteOnce, ReadWriteMany/,
  },
  {
    title: "a sixth volume",
    changes: { volumes: { uploads: { size: "1Gi" } } },
    key: "volumes.uploads",
    says: /unknown key/,
  },
  {
    title: "empty volume",
    changes: { volumes: { logs: { size: "0" } } },
    key: "volumes.logs.size",
    says: /above zero/,
  },
  {
    title: "relative mount path",
    changes: { volumes: { logs: { mountPath: "logs" } } },
    key: "volumes.logs.mountPath",
    says: /an absolute path/,
  },
  {
    title: "two volumes at one mount path",
    changes: { volumes: { logs: { mountPath: "/app/outputs" } } },
    key: "volumes.logs.mountPath",
    says: /volumes\.outputs does not use/,
  },
  {
    title: "two volumes on one claim",
    changes: { volumes: { logs: { existingClaim: "a" }, data: { existingClaim: "a" } } },
    key: "volumes.data.existingClaim",
    says: /volumes\.logs does not use/,
  },
  {
    title: "unknown backup",
    changes: { backup: { type: "velero" } },
    key: "backup.type",
    says: /must be one of none, snapshot, copy/,
  },
  {
    title: "copies without a size",
    changes: { backup: { type: "copy" } },
    key: "backup.size",
    says: /is missing/,
  },
  {
    title: "no backups kept",
    changes: { backup: { type: "snapshot", keep: 0 } },
    key: "backup.keep",
    says: /at least 1/,
  },
  {
    title: "backup schedule of four fields",
    changes: { backup: { type: "snapshot", schedule: "0 2 * *" } },
    key: "backup.schedule",
    says: /is not a cron expression; write five fields/,
  },
  {
    title: "clean-up of runners that have just finished",
    changes: { cleanUp: { keepHours: 0 } },
    key: "cleanUp.keepHours",
    says: /at least 1/,
  },
  {
    title: "a volume over the app's code",
    changes: { volumes: { data: { mountPath: "/app" } } },
    key: "volumes.data.mountPath",
    says: /neither contains \/app\/user_scripts nor is in it/,
  },
  {
    title: "runners as the backend's account",
    changes: { runner: { ...runner, serviceAccount: "maps-backend-sa" } },
    key: "runner.serviceAccount",
    says: /an account that nothing else uses/,
  },
  {
    title: "a place for the backend's own pods",
    changes: {
      podSecurity: "baseline",
      runner: { ...runner, template: false, placement: { priorityClassName: "low" } },
    },
    key: "runner.placement",
    says: /own code builds the pods/,
  },
  {
    title: "a size for the backend's own pods",
    changes: {
      podSecurity: "baseline",
      runner: { ...runner, template: false, resources: { requests: small, limits: large } },
    },
    key: "runner.resources",
    says: /the default with `runner\.template: false`/,
  },
  {
    title: "another claim than that of the backend's own pods",
    changes: {
      podSecurity: "baseline",
      runner: { ...runner, template: false },
      volumes: { outputs: { existingClaim: "theirs" } },
    },
    key: "volumes.outputs.existingClaim",
    says: /no value, or maps-outputs/,
  },
];
