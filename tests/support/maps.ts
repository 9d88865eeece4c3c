import assert from "node:assert/strict";
import { parse } from "yaml";
import { type Json, textAt } from "../../lib/objects";
import { live } from "./testCluster";

/** The template of runner pods with a job's id filled in, as the application does it. */
export function filledIn(template: string, id: string): Json {
  assert.ok(template.includes("${JOB_ID}"), template);
  return parse(template.replaceAll("${JOB_ID}", id)) as Json;
}

/** The template in the cluster. */
export async function liveTemplate(namespace: string): Promise<string> {
  const config = await live("ConfigMap", namespace, "maps-runner-pod");
  return textAt(config, "data", "runner-pod.yaml");
}

/** The ConfigMap with a job's code, as the application creates it. */
export function jobCode(id: string): Json {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: `job-code-${id}` },
    data: { "main.py": "print('hello')\n", "request.json": "{}" },
  };
}
