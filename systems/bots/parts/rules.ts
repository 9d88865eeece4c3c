import type { z } from "zod";
import { parseImage } from "../../../lib/image";
import { checkReplicas, refuseDump, refuseIn } from "../../rules";
import { containers } from "./containerRules";
import { engineJobName, isPublicImage, ports, publicHealthPath, volumeNames } from "./names";
import type { Compared, Rule } from "./compared";

/** Checks what must hold between settings. What each of them allows, the schema says. */
export function checkRules(settings: Compared, context: z.core.$RefinementCtx): void {
  const refuse = refuseIn(context);
  if (settings.database.type === "managed") {
    refuseDump(settings.database, settings.database.engine, refuse);
  }
  const rules = [web, publicImage, volumes, hosts, files, routes, imageUpdates, containers];
  for (const rule of rules) rule(settings, refuse);
}

const web: Rule = ({ web: { replicas, autoscaling }, jobQueue }, refuse) => {
  checkReplicas("web", { replicas, autoscaling }, refuse);
  if (jobQueue.mode !== "sidecar") return;
  const reason = "with jobQueue.mode sidecar, because each pod would run its own job queue";
  if (autoscaling !== undefined) refuse(["web", "autoscaling"], `no value ${reason}`, autoscaling);
  if ((replicas ?? 1) > 1) refuse(["web", "replicas"], `at most 1 ${reason}`, replicas);
};

/** What the public image cannot do; its sources are linked in systems/bots/README.md. */
const publicImage: Rule = ({ image, database, web: { healthPath, metricsPath } }, refuse) => {
  if (!isPublicImage(image)) return;
  if (database.engine === "postgresql") {
    const allowed =
      "mysql, or an image with a PostgreSQL driver, because the public image has only mysqlclient";
    refuse(["database", "engine"], allowed, database.engine);
  }
  if (healthPath !== publicHealthPath) {
    const allowed = `${publicHealthPath} with the public image, which answers 200 at other paths even without a database`;
    refuse(["web", "healthPath"], allowed, healthPath);
  }
  if (metricsPath !== undefined) {
    const allowed = "no value with the public image, which serves no metrics but an HTML page";
    refuse(["web", "metricsPath"], allowed, metricsPath);
  }
};

const volumes: Rule = (settings, refuse) => {
  const { nfs, storageClassName, ownership, ...rest } = settings.volumes;
  if (ownership === "chown" && settings.podSecurity === "restricted") {
    refuse(
      ["volumes", "ownership"],
      "fsGroup or none, or chown with podSecurity baseline, because chown runs as root",
      ownership,
    );
  }
  if (nfs === undefined) return;
  const allowed = "no value together with `volumes.nfs`; remove one of the two";
  if (storageClassName !== undefined) {
    refuse(["volumes", "storageClassName"], allowed, storageClassName);
  }
  for (const volume of volumeNames) {
    const { existingClaim } = rest[volume];
    if (existingClaim === undefined) continue;
    refuse(["volumes", volume, "existingClaim"], allowed, existingClaim);
  }
};

const hosts: Rule = ({ exposure: { type }, allowedHosts }, refuse) => {
  if (!["loadBalancer", "nodePort"].includes(type) || allowedHosts.length > 0) return;
  const allowed = `at least one host name with exposure.type ${type}, because Django refuses all others`;
  refuse(["allowedHosts"], allowed, allowedHosts);
};

/** Options of bots.ini that other settings decide, and why a stack cannot set them. */
const ownedOptions: Readonly<Record<string, string>> = {
  "webserver.port": `no value, because the Service and the probes use port ${ports.web}`,
  "webserver.ssl_certificate": "no value; set `exposure.tls`, because TLS ends at the Ingress",
  "webserver.ssl_private_key": "no value; set `exposure.tls`, because TLS ends at the Ingress",
  "jobqueue.enabled": "no value, because bots always runs with its job queue",
  "jobqueue.port": `no value, because the Service uses port ${ports.queue}`,
  "jobqueue.host": "no value; set `jobQueue.host`",
  "directories.botssys": "no value, because the volumes are mounted there",
  "directories.usersys": "no value, because the volumes are mounted there",
};

/** Django settings that other settings decide, or that must not appear in a ConfigMap. */
const ownedSettings: Readonly<Record<string, string>> = {
  SECRET_KEY: "no value; set the secret botsDjangoSecretKey",
  DATABASES: "no value; set `database` and the secret botsDatabasePassword",
  EMAIL_HOST_PASSWORD: "no value; set the secret botsSmtpPassword",
  ALLOWED_HOSTS: "no value; set `exposure` and `allowedHosts`",
};

const files: Rule = ({ files: { botsIni, settings } }, refuse) => {
  for (const [section, options] of Object.entries(botsIni)) {
    for (const [option, value] of Object.entries(options)) {
      const path = ["files", "botsIni", section, option];
      const allowed = ownedOptions[`${section}.${option.toLowerCase()}`];
      if (allowed !== undefined) refuse(path, allowed, value);
      if (/[\r\n]/.test(String(value))) refuse(path, "a value on one line", value);
    }
  }
  for (const [name, value] of Object.entries(settings)) {
    const allowed = /^[A-Z][A-Z0-9_]*$/.test(name)
      ? ownedSettings[name]
      : "the name of a Django setting, in capitals";
    if (allowed !== undefined) refuse(["files", "settings", name], allowed, value);
  }
};

const routes: Rule = ({ engine }, refuse) => {
  engine.routes.forEach((route, index) => {
    const name = engineJobName(route);
    const first = engine.routes.findIndex((each) => engineJobName(each) === name);
    if (first === index) return;
    const allowed = `a route whose CronJob is not named ${name}; routes[${first}] has that one`;
    refuse(["engine", "routes", index], allowed, route);
  });
};

const imageUpdates: Rule = ({ imageUpdates: updates, image, namespace }, refuse) => {
  if (updates === undefined) return;
  if (parseImage(image) === undefined) {
    const allowed = "an image with a registry and a tag, because `imageUpdates` replaces the tag";
    refuse(["image"], allowed, image);
  }
  if (updates.argoNamespace === namespace) {
    const allowed = `another namespace than ${namespace}, whose policies deny Argo's traffic`;
    refuse(["imageUpdates", "argoNamespace"], allowed, updates.argoNamespace);
  }
};
