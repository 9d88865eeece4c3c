import { kubectl, type RunbookEntry } from "../../lib/runbook";
import type { OpenmlSettings } from "./schema";

/** What an operator of OpenML needs. */
export function runbookOf({ namespace, frontend }: OpenmlSettings): readonly RunbookEntry[] {
  const webs = ["deployment/openml-backend", ...(frontend ? ["deployment/openml-frontend"] : [])];
  const all = webs.join(" ");
  return [
    ...webs.map((web) => ({
      title: `logs of ${web}`,
      command: kubectl(namespace, `logs ${web} --all-containers --tail 100`),
    })),
    { title: "restart", command: kubectl(namespace, `rollout restart ${all}`) },
    { title: "wait until all is ready", command: kubectl(namespace, `rollout status ${all}`) },
    { title: "health", command: kubectl(namespace, "get pods,pvc,hpa") },
  ];
}
