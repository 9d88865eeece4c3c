import type { ConfigMap, Namespace, Redis, Secrets, Storage } from "../../../components";
import type { Environment } from "../../../lib/env";
import type { Mount, PodArgs } from "../../../lib/pod";
import type { OpenmsSettings } from "../schema";
import { workspacesDir } from "./names";

/** What web server, workers and clean-up have in common. */
export interface App {
  readonly namespace: Namespace;
  readonly redis: Redis;
  /** The shared volume, where the image expects it. */
  readonly volume: Mount;
  readonly pod: Pick<
    PodArgs,
    "image" | "imagePullSecrets" | "runAsUser" | "readOnlyRootFilesystem"
  >;
  /** Environment of web server and workers. */
  readonly env: Environment;
  /** The volume, the app's files and secrets.toml; for web server and workers. */
  readonly mounts: readonly Mount[];
}

interface Parts {
  readonly namespace: Namespace;
  readonly workspaces: Storage;
  readonly secrets: Secrets;
  readonly config: ConfigMap;
  readonly redis: Redis;
}

/** The image, its user, and everything that it finds in its pods. */
export function appOf(
  { image, imagePullSecrets, runAsUser }: OpenmsSettings,
  { namespace, workspaces, secrets, config, redis }: Parts,
): App {
  const volume: Mount = { from: workspaces, path: workspacesDir };
  const file = (from: Mount["from"], folder: string, subPath: string): Mount => ({
    from,
    path: `${folder}/${subPath}`,
    subPath,
    readOnly: true,
  });
  return {
    namespace,
    redis,
    volume,
    // Streamlit and the workflows write beside the app.
    pod: { image, imagePullSecrets, runAsUser, readOnlyRootFilesystem: false },
    env: {
      ONLINE_DEPLOYMENT: "true",
      REDIS_URL: redis.url,
      // rq reads this one by itself: as an argument, the URL would show in the process list.
      RQ_REDIS_URL: redis.url,
    },
    mounts: [
      volume,
      file(config, "/app", "settings.json"),
      file(config, "/app", "default-parameters.json"),
      file(config, "/app", "presets.json"),
      file(secrets, "/app/.streamlit", "secrets.toml"),
    ],
  };
}
