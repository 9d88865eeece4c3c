import { kubectl, type RunbookEntry } from "../../lib/runbook";
import type { FederationSettings } from "./parts/federationSettings";
import { dataImportLabel, exaflowUser, names } from "./parts/names";
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
      ...(settings.managedCluster ? [copyData(settings, federation)] : []),
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

/** Fills the claim of a worker, from which the worker itself only reads, by a pod that ends with it. */
function copyData(
  { images, imagePullSecrets }: MipSettings,
  federation: FederationSettings,
): RunbookEntry {
  const pod = "copy-csvs";
  const spec = {
    imagePullSecrets: imagePullSecrets.map((name) => ({ name })),
    securityContext: {
      ...{ runAsNonRoot: true, runAsUser: exaflowUser, fsGroup: exaflowUser },
      seccompProfile: { type: "RuntimeDefault" },
    },
    automountServiceAccountToken: false,
    containers: [
      {
        name: pod,
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
        volumeMounts: [{ name: "csvs", mountPath: "/csvs" }],
      },
    ],
    volumes: [
      { name: "csvs", persistentVolumeClaim: { claimName: `csvs-${names.localworker}-0` } },
    ],
  };
  const run = kubectl(
    namespaceOf(federation),
    `run ${pod} --rm --stdin --restart Never --image ${images.worker} --override-type strategic`,
  );
  return {
    title: `${federation.name}: copy the folder PATHOLOGY to the claim of worker 0`,
    command: `tar -c PATHOLOGY | ${run} --overrides '${JSON.stringify({ spec })}' -- tar -xC /csvs`,
  };
}
