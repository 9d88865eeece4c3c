import type { ConfigMap, Namespace, Redis, Secrets, Storage } from "../../../components";
import { copyFolder } from "../../../lib/copyFolder";
import type { Environment } from "../../../lib/env";
import { type ContainerArgs, type Mount, type PodArgs, scratchVolume } from "../../../lib/pod";
import type { OpenmsSettings } from "../schema";
import { appFolder, filesFolder } from "./names";
import { cleanUpResources } from "./sizes";

/** What web server, workers and clean-up have in common. */
export interface App {
  readonly namespace: Namespace;
  readonly redis: Redis;
  /** The shared volume, where the image expects it. */
  readonly volume: Mount;
  /** The stack's values for the app's files, and the scripts of `files/`. */
  readonly files: Mount;
  readonly pod: Pick<
    PodArgs,
    "image" | "imagePullSecrets" | "runAsUser" | "readOnlyRootFilesystem" | "workingDir"
  >;
  /** What every pod of the app is told. */
  readonly env: Environment;
  /** More environment of web server and workers. */
  readonly queueEnv: Environment;
  /** The volume, the app's folder with its secrets.toml, and the files; for web server and workers. */
  readonly mounts: readonly Mount[];
  /** Fills the app's folder; for web server and workers. */
  readonly copyApp: ContainerArgs;
  /** The secrets that `secretEnv` of its containers names. */
  readonly containerSecrets: Secrets | undefined;
}

interface Parts {
  readonly namespace: Namespace;
  readonly workspaces: Storage;
  readonly secrets: Secrets;
  readonly containerSecrets: Secrets | undefined;
  readonly config: ConfigMap;
  readonly redis: Redis;
}

/** The image, its user, and everything that it finds in its pods. */
export function appOf(
  { image, imagePullSecrets, runAsUser, appFolderSize, workspaces: { mountPath } }: OpenmsSettings,
  { namespace, workspaces, secrets, containerSecrets, config, redis }: Parts,
): App {
  const volume: Mount = { from: workspaces, path: mountPath };
  const files: Mount = { from: config, path: filesFolder, readOnly: true };
  // The image's own folder belongs to root; values are merged into a copy that the pod's user owns.
  const folder = scratchVolume("app", appFolderSize);
  return {
    namespace,
    redis,
    volume,
    files,
    containerSecrets,
    // Workflows and tools write where they like.
    pod: {
      image,
      imagePullSecrets,
      runAsUser,
      readOnlyRootFilesystem: false,
      workingDir: appFolder,
    },
    env: {
      // Streamlit, matplotlib and conda write below it; the image's is /root.
      HOME: "/tmp",
      WORKSPACES_DIR: mountPath,
    },
    queueEnv: {
      ONLINE_DEPLOYMENT: "true",
      REDIS_URL: redis.url,
      // rq reads this one by itself: as an argument, the URL would show in the process list.
      RQ_REDIS_URL: redis.url,
    },
    mounts: [
      volume,
      { from: folder, path: appFolder },
      files,
      {
        from: secrets,
        path: `${appFolder}/.streamlit/secrets.toml`,
        subPath: "secrets.toml",
        readOnly: true,
      },
    ],
    copyApp: copyFolder({ image, resources: cleanUpResources }, appFolder, folder),
  };
}
