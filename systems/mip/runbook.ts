import { kubectl, type RunbookEntry } from "../../lib/runbook";
import { dataImportLabel, names } from "./parts/names";
import { namespaceOf } from "./parts/namespaces";
import type { MipSettings } from "./schema";

/** What an operator of MIP needs, for each federation. */
export function runbookOf(settings: MipSettings): readonly RunbookEntry[] {
  const { portalbackend, controller, localworker, frontend, aggregation } = names;
  const restarted = [frontend, portalbackend, controller, aggregation]
    .map((name) => `deployment/${name}`)
    .join(" ");
  const dataImport = Object.entries(dataImportLabel).flat().join("=");
  return settings.federations.flatMap((federation) => {
    const of = (title: string, words: string): RunbookEntry => ({
      title: `${federation.name}: ${title}`,
      command: kubectl(namespaceOf(federation), words),
    });
    return [
      of("logs of the portal", `logs deployment/${portalbackend} --all-containers --tail 100`),
      of("logs of the controller", `logs deployment/${controller} --tail 100`),
      of(
        "logs of the workers",
        `logs --selector app.kubernetes.io/name=${localworker} --all-containers --prefix --tail 100`,
      ),
      of("logs of the data validation", `logs --selector ${dataImport} --prefix --tail 100`),
      of("restart the portal and Exaflow", `rollout restart ${restarted}`),
      of(
        "restart the workers, which load their data again",
        `rollout restart statefulset/${localworker}`,
      ),
      of("wait until the portal is ready", `rollout status deployment/${portalbackend}`),
      of("health", "get pods,pvc,jobs --output wide"),
      {
        title: `${federation.name}: declare node NODE lost, so that its workers start elsewhere`,
        command:
          "kubectl taint nodes NODE node.kubernetes.io/out-of-service=nodeshutdown:NoExecute",
      },
    ];
  });
}
