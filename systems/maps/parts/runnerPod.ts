import { stringify } from "yaml";
import type { Storage } from "../../../components";
import { type Mount, podTemplate, scratchVolume } from "../../../lib/pod";
import { systemFile } from "../../files";
import { jobId, runner } from "./names";
import type { MapsSettings } from "../schema";

/** Waits for the NetworkPolicy. Isolated, so that no module of the job's folder takes the place of Python's. */
export const waitCommand = ({ runner: { egress } }: MapsSettings): readonly string[] => [
  ...["python", "-I", "-u", "-c", systemFile("maps", "wait_for_isolation.py")],
  ...egress,
];

/**
 * The pod that runs one script, as a YAML template. The backend replaces the job's id and creates the pod.
 * The pod sees only its job's folder, has no token, lacks the labels by which network policies select the
 * system's other pods, and starts the script once the one for runners is in force.
 */
export function runnerPod(
  all: MapsSettings,
  outputs: Storage,
  imagePullSecrets: readonly string[],
): string {
  const { backend, runner: settings } = all;
  const { volumeName, claimName, colocation } = outputs;
  const { image, resources } = settings;
  const scratch: Mount = { from: scratchVolume("tmp", settings.scratchSize), path: "/tmp" };
  const { metadata, spec } = podTemplate(
    "runner",
    runner.labels,
    {},
    {
      image,
      command: runner.command,
      initContainers: {
        [runner.wait]: { image, resources, command: waitCommand(all), mounts: [scratch] },
      },
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
        scratch,
      ],
      resources,
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
