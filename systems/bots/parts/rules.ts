import type { z } from "zod";
import { parseImage } from "../../../lib/image";
import { engineJobName } from "./names";
import type { BotsSettings } from "../schema";

/** Options of bots.ini that follow from other settings, and the setting that each follows from. */
const ownedOptions: Readonly<Record<string, string>> = {
  "webserver.port": "nothing; it is the port of the Service and the probes",
  "webserver.ssl_certificate": "nothing; `exposure.tls` is where TLS ends",
  "webserver.ssl_private_key": "nothing; `exposure.tls` is where TLS ends",
  "jobqueue.enabled": "nothing; the job queue is part of the deployment",
  "jobqueue.port": "nothing; it is the port of the Service",
  "jobqueue.host": "nothing; jobQueue.host sets it",
  "directories.botssys": "nothing; the volumes are mounted there",
  "directories.usersys": "nothing; the volumes are mounted there",
};

/** Django settings that must not stand in a ConfigMap, or follow from other settings. */
const ownedSettings: Readonly<Record<string, string>> = {
  SECRET_KEY: "nothing; it is the secret botsDjangoSecretKey",
  DATABASES: "nothing; `database` and the secret botsDatabasePassword set it",
  EMAIL_HOST_PASSWORD: "nothing; it is the secret botsSmtpPassword",
  ALLOWED_HOSTS: "nothing; `exposure` and `allowedHosts` set it",
};

type Refuse = (path: (string | number)[], allowed: string, input: unknown) => void;
type Check = (settings: BotsSettings, refuse: Refuse) => void;

/** What contradicts itself, although each setting alone is right. */
export function checkBots(settings: BotsSettings, context: z.core.$RefinementCtx): void {
  const refuse: Refuse = (path, message, input) =>
    context.addIssue({ code: "custom", path, message, input });
  for (const check of [web, volumes, hosts, files, routes, imageUpdates]) check(settings, refuse);
}

const web: Check = ({ web: { replicas, autoscaling }, jobQueue }, refuse) => {
  if (replicas !== undefined && autoscaling !== undefined) {
    refuse(["web", "replicas"], "nothing beside `autoscaling`, which sets the replicas", replicas);
  }
  if (jobQueue.mode !== "sidecar") return;
  const reason = "with jobQueue.mode sidecar; each pod would have a job queue of its own";
  if (autoscaling !== undefined) refuse(["web", "autoscaling"], `nothing ${reason}`, autoscaling);
  if ((replicas ?? 1) > 1) refuse(["web", "replicas"], `at most 1 ${reason}`, replicas);
};

const volumes: Check = ({ volumes: { nfs, storageClassName, ...rest } }, refuse) => {
  if (nfs === undefined) return;
  if (storageClassName !== undefined) {
    refuse(["volumes", "storageClassName"], "nothing beside `nfs`; choose one", storageClassName);
  }
  for (const name of ["data", "logs", "config"] as const) {
    const claim = rest[name].existingClaim;
    if (claim === undefined) continue;
    refuse(["volumes", name, "existingClaim"], "nothing beside `nfs`; choose one", claim);
  }
};

const hosts: Check = ({ exposure, allowedHosts }, refuse) => {
  if (!["loadBalancer", "nodePort"].includes(exposure.type) || allowedHosts.length > 0) return;
  const allowed = `at least one host name with exposure ${exposure.type}; Django answers to no other`;
  refuse(["allowedHosts"], allowed, allowedHosts);
};

const files: Check = ({ files: { botsIni, settings } }, refuse) => {
  for (const [section, options] of Object.entries(botsIni)) {
    for (const [option, value] of Object.entries(options)) {
      const allowed = ownedOptions[`${section}.${option.toLowerCase()}`];
      if (allowed !== undefined) refuse(["files", "botsIni", section, option], allowed, value);
      if (/[\r\n]/.test(String(value))) {
        refuse(["files", "botsIni", section, option], "a value of one line", value);
      }
    }
  }
  for (const [name, value] of Object.entries(settings)) {
    const allowed = /^[A-Z][A-Z0-9_]*$/.test(name)
      ? ownedSettings[name]
      : "a Django setting's name, in capitals";
    if (allowed !== undefined) refuse(["files", "settings", name], allowed, value);
  }
};

const routes: Check = ({ engine }, refuse) => {
  engine.routes.forEach((route, index) => {
    const first = engine.routes.findIndex((each) => engineJobName(each) === engineJobName(route));
    if (first === index) return;
    const allowed = `a route whose CronJob is not ${engineJobName(route)}, as that of routes[${first}]`;
    refuse(["engine", "routes", index], allowed, route);
  });
};

const imageUpdates: Check = ({ imageUpdates: updates, image, namespace }, refuse) => {
  if (updates === undefined) return;
  if (parseImage(image) === undefined) {
    refuse(["image"], "a registry and a tag beside `imageUpdates`, which changes the tag", image);
  }
  if (updates.argoNamespace === namespace) {
    const allowed = `another namespace than bots' own, ${namespace}, which denies Argo its traffic`;
    refuse(["imageUpdates", "argoNamespace"], allowed, updates.argoNamespace);
  }
};
