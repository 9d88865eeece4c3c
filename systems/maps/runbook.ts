import { kubectl, type RunbookEntry, startNow } from "../../lib/runbook";
import { backend, cronJobs, runner } from "./parts/names";
import type { MapsSettings } from "./schema";

/** Commands for the operators of MAPS. */
export function runbookOf({ namespace, backup }: MapsSettings): readonly RunbookEntry[] {
  const deployment = `deployment/${backend.name}`;
  const runners = Object.entries(runner.labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
  const account = `system:serviceaccount:${namespace}:${backend.rbac.serviceAccount}`;
  return [
    {
      title: "logs of the backend",
      command: kubectl(namespace, `logs ${deployment} --all-containers --tail 100`),
    },
    { title: "runner pods", command: kubectl(namespace, `get pods --selector ${runners}`) },
    {
      title: "logs of the runners",
      command: kubectl(namespace, `logs --selector ${runners} --prefix --tail 100`),
    },
    { title: "clean up runners now", command: startNow(namespace, cronJobs.cleanUp) },
    { title: "restart", command: kubectl(namespace, `rollout restart ${deployment}`) },
    {
      title: "wait until everything is ready",
      command: kubectl(namespace, `rollout status ${deployment}`),
    },
    { title: "health", command: kubectl(namespace, "get pods,pvc,resourcequotas,cronjobs") },
    {
      title: "check that the backend may start runners",
      command: kubectl(namespace, `auth can-i create pods --as ${account}`),
    },
    ...(backup.type === "none"
      ? []
      : [{ title: "back up the volumes now", command: startNow(namespace, cronJobs.backup) }]),
  ];
}
