import { kubectl, type RunbookEntry } from "../../lib/runbook";
import { dataImportLabel } from "./dataImport";
import { names } from "./exaflow";
import { backend } from "./portal";
import type { MipSettings } from "./schema";
import { sitesOf } from "./sites";

const labelText = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join();

/** What an operator of MIP needs, for each federation. */
export function runbookOf(settings: MipSettings): readonly RunbookEntry[] {
  return sitesOf(settings).flatMap(({ federation, namespace }) => {
    const of = (title: string, words: string): RunbookEntry => ({
      title: `${federation.name}: ${title}`,
      command: kubectl(namespace, words),
    });
    const deployments = ["frontend", backend.host, names.controller, names.aggregation]
      .map((name) => `deployment/${name}`)
      .join(" ");
    const workers = `statefulset/${names.localworker}`;
    return [
      of("logs of the portal", `logs deployment/${backend.host} --all-containers --tail 100`),
      of("logs of the controller", `logs deployment/${names.controller} --tail 100`),
      of(
        "logs of the workers",
        `logs --selector app.kubernetes.io/name=${names.localworker} --all-containers --prefix --tail 100`,
      ),
      of(
        "logs of the data's import",
        `logs --selector ${labelText(dataImportLabel)} --prefix --tail 100`,
      ),
      of("restart portal and engine", `rollout restart ${deployments}`),
      of("restart the workers, which load their data anew", `rollout restart ${workers}`),
      of("wait until the portal is ready", `rollout status deployment/${backend.host}`),
      of("health", "get pods,pvc,jobs --output wide"),
      {
        title: `${federation.name}: a lost node does not come back, let its workers start elsewhere`,
        command:
          "kubectl taint nodes NODE node.kubernetes.io/out-of-service=nodeshutdown:NoExecute",
      },
    ];
  });
}
