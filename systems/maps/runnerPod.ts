import { stringify } from "yaml";
import type { Storage } from "../../components";
import { podTemplate, scratchVolume } from "../../lib/pod";
import { jobId, runner } from "./contract";
import type { MapsSettings } from "./schema";

/**
 * The pod that runs one script, as YAML with the job's id left open. The backend fills it in and creates
 * it; it sees the job's own folder alone, and has neither a token nor the labels of our other pods,
 * which network policies go by.
 */
export function runnerPod(
  { backend, runner: settings, imagePullSecrets }: MapsSettings,
  outputs: Storage,
  registrySecrets: readonly string[],
): string {
  const { volumeName, claimName, colocation } = outputs;
  const { metadata, spec } = podTemplate(
    "runner",
    runner.labels,
    {},
    {
      image: settings.image,
      command: runner.command,
      workingDir: runner.folder,
      env: { JOB_ID: jobId, MPLCONFIGDIR: `${runner.folder}/result/.matplotlib` },
      mounts: [
        { from: codeOf(runner.configMapName), path: "/code", readOnly: true },
        {
          from: {
            volumeName,
            volumeSource: { persistentVolumeClaim: { claimName } },
            colocation,
          },
          path: runner.folder,
          subPath: jobId,
        },
        { from: scratchVolume("tmp", settings.scratchSize), path: "/tmp" },
      ],
      resources: settings.resources,
      runAsUser: backend.runAsUser,
      imagePullSecrets: [...registrySecrets, ...imagePullSecrets],
      identity: { serviceAccountName: runner.serviceAccount, hasToken: false },
      placement: settings.placement,
      podLabels: { "job-id": jobId },
      restartPolicy: "Never",
    },
  ) as { readonly metadata: object; readonly spec: object };
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: runner.podName, ...metadata },
    spec: { ...spec, activeDeadlineSeconds: settings.timeoutSeconds },
  };
  // In quotes: an id of digits alone would else become a number.
  return stringify(pod, { defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN" });
}

const codeOf = (name: string) => ({
  volumeName: "code",
  volumeSource: { configMap: { name } },
});
