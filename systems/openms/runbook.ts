import { kubectl as inNamespace, type RunbookEntry, startNow } from "../../lib/runbook";
import { healthPath, names, ports, queue } from "./parts/names";
import { checkPages } from "./parts/start";
import type { OpenmsSettings } from "./schema";

/** Commands for the operators of OpenMS. */
export function runbookOf(settings: OpenmsSettings): readonly RunbookEntry[] {
  const { namespace } = settings;
  const kubectl = (words: string): string => inNamespace(namespace, words);
  const logs = (name: string): string =>
    kubectl(`logs deployment/${name} --all-containers --tail 100`);
  const health = `http://localhost:${ports.web}${healthPath}`;
  return [
    { title: "logs of the web server", command: logs(names.web) },
    { title: "logs of the workers", command: logs(names.worker) },
    { title: "logs of the queue", command: logs(names.redis) },
    { title: "clean up workspaces now", command: startNow(namespace, names.cleanUp) },
    {
      title: "restart web server and workers",
      command: kubectl(`rollout restart deployment/${names.web} deployment/${names.worker}`),
    },
    { title: "health", command: kubectl("get pods,pvc,cronjobs") },
    {
      title: "health, as the app reports it",
      command: kubectl(
        `exec deployment/${names.web} -- python -c "import urllib.request as r; print(r.urlopen('${health}').read().decode())"`,
      ),
    },
    ...(settings.start === "publicImage"
      ? [
          {
            title: "whether a page runs, without a browser",
            command: kubectl(`exec deployment/${names.web} -- ${checkPages(settings).join(" ")}`),
          },
        ]
      : []),
    {
      title: "number of waiting jobs",
      command: kubectl(`exec deployment/${names.redis} -- redis-cli llen rq:queue:${queue}`),
    },
  ];
}
