import type { Namespace, Secrets } from "../../../components";
import { type Environment, podField } from "../../../lib/env";
import type { Mount, PodArgs } from "../../../lib/pod";
import type { BotsSettings } from "../schema";
import type { AppSecrets, Config } from "./config";
import type { DatabaseLink } from "./database";
import { environmentDir, home, names } from "./names";
import type { Volumes } from "./volumes";

interface Parts {
  readonly namespace: Namespace;
  readonly volumes: Volumes;
  readonly secrets: AppSecrets;
  /** What `secretEnv` of the containers names. */
  readonly containerSecrets: Secrets | undefined;
  readonly config: Config;
  readonly database: DatabaseLink;
}

/** What all of bots' pods have in common. */
export interface App extends Omit<Parts, "config"> {
  readonly pod: Pick<PodArgs, "image" | "imagePullSecrets" | "runAsUser" | "fsGroup">;
  readonly env: Environment;
  /** The volumes and both configuration files. */
  readonly mounts: readonly Mount[];
}

/** The image, its user, its environment and its files. */
export function appOf(settings: BotsSettings, { config, ...parts }: Parts): App {
  const { image, imagePullSecrets, runAsUser } = settings;
  const { volumes, secrets, database } = parts;
  const folder = environmentDir(settings.environment);
  const file = (from: Mount["from"], subPath: string): Mount => ({
    from,
    path: `/config/${subPath}`,
    subPath,
    readOnly: true,
  });
  return {
    ...parts,
    pod: {
      image,
      imagePullSecrets,
      runAsUser,
      ...(settings.volumes.ownership === "none" && { fsGroup: "none" }),
    },
    env: {
      BOTSENV: settings.environment,
      TZ: settings.timeZone,
      DJANGO_SECRET_KEY: secrets.app.ref("DJANGO_SECRET_KEY"),
      ...database.env,
      ...webEnvironment(settings),
      ...mailEnvironment(settings, secrets),
    },
    mounts: [
      { from: volumes.data, path: home },
      { from: volumes.logs, path: `${folder}/botssys/logging` },
      { from: volumes.config, path: `${folder}/config` },
      file(config.ini, "bots.ini"),
      file(config.settings, "settings.py"),
    ],
  };
}

/** The host names that Django answers to, and whether its cookies need TLS. */
function webEnvironment({ exposure, allowedHosts, namespace }: BotsSettings): Environment {
  const exposed = exposure.type === "ingress" ? exposure.hosts : [];
  const secure = exposure.type === "ingress" && exposure.tls.mode !== "none";
  const outside = [...exposed, ...allowedHosts];
  const inside = ["localhost", names.web, `${names.web}.${namespace}`];
  // Django writes a wildcard as a leading dot.
  const all = [...outside, ...inside].map((each) => each.replace(/^\*\./, "."));
  return {
    ALLOWED_HOSTS: [...new Set(all)].join(","),
    CSRF_TRUSTED_ORIGINS: outside.map((each) => `${secure ? "https" : "http"}://${each}`).join(","),
    SECURE_COOKIES: String(secure),
    POD_IP: podField("status.podIP"),
  };
}

function mailEnvironment({ smtp }: BotsSettings, secrets: AppSecrets): Environment {
  if (smtp === undefined) return {};
  return {
    EMAIL_HOST: smtp.host,
    EMAIL_PORT: String(smtp.port),
    EMAIL_USE_TLS: String(smtp.tls),
    EMAIL_FROM: smtp.from,
    EMAIL_MANAGERS: smtp.managers.join(","),
    ...(smtp.user !== undefined &&
      secrets.smtp && {
        EMAIL_HOST_USER: smtp.user,
        EMAIL_HOST_PASSWORD: secrets.smtp.ref("EMAIL_HOST_PASSWORD"),
      }),
  };
}
