import { kubectl as inNamespace, type RunbookEntry, startNow } from "../../lib/runbook";
import type { OpenmsSettings } from "./schema";

/** What an operator of OpenMS needs. */
export function runbookOf({ namespace }: OpenmsSettings): readonly RunbookEntry[] {
  const kubectl = (words: string): string => inNamespace(namespace, words);
  const logs = (of: string): string => kubectl(`logs ${of} --all-containers --tail 100`);
  return [
    { title: "logs of the web server", command: logs("deployment/web") },
    { title: "logs of the workers", command: logs("deployment/worker") },
    { title: "logs of the queue", command: logs("deployment/redis") },
    {
      title: "clean up workspaces now",
      command: startNow(namespace, "clean-up-workspaces"),
    },
    {
      title: "restart web server and workers",
      command: kubectl("rollout restart deployment/web deployment/worker"),
    },
    { title: "health", command: kubectl("get pods,pvc,cronjobs") },
    {
      title: "health, by the app itself",
      command: kubectl(
        "exec deployment/web -- python -c \"import urllib.request as r; print(r.urlopen('http://localhost:8501/_stcore/health').read().decode())\"",
      ),
    },
    {
      title: "jobs that wait",
      command: kubectl("exec deployment/redis -- redis-cli llen rq:queue:openms-workflows"),
    },
  ];
}
