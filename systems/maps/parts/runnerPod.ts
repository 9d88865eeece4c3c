import { stringify } from "yaml";
import type { Storage } from "../../../components";
import { podTemplate, scratchVolume } from "../../../lib/pod";
import { jobId, runner } from "./names";
import type { MapsSettings } from "../schema";

/**
 * The pod that runs one script, as a YAML template. The backend replaces the job's id and creates the pod.
 * The pod sees only its job's folder, has no token, and lacks the labels by which network policies
 * select the system's other pods.
 */
export function runnerPod(
  { backend, runner: settings }: MapsSettings,
  outputs: Storage,
  imagePullSecrets: readonly string[],
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
      imagePullSecrets,
      identity: { serviceAccountName: settings.serviceAccount, hasToken: false },
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
  // In quotes, because YAML would read an id of digits as a number.
  return stringify(pod, { defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN" });
}

const codeOf = (name: string) => ({
  volumeName: "code",
  volumeSource: { configMap: { name } },
});
