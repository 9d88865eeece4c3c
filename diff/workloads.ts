import { at, isJson, type Json, type KubeObject } from "../engine/objects";

const templates: Readonly<Record<string, string>> = {
  Deployment: "spec.template",
  StatefulSet: "spec.template",
  DaemonSet: "spec.template",
  Job: "spec.template",
  CronJob: "spec.jobTemplate.spec.template",
};

/** Where an object has its pods' template; undefined for what runs no pods. */
export function templatePath({ kind }: KubeObject): string | undefined {
  return templates[kind];
}

/** The template of an object's pods. */
export function templateOf(object: KubeObject): Json | undefined {
  const template = at(object, ...(templatePath(object)?.split(".") ?? []));
  return template !== object && isJson(template) ? template : undefined;
}
