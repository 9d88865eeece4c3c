import assert from "node:assert/strict";
import { parse } from "yaml";
import { type Json, textAt } from "../../lib/objects";
import { live } from "./testCluster";

/** Settings that fit the public source, with images that somebody built from it. */
export const ofSource = {
  podSecurity: "baseline",
  backend: { image: "registry.example.org/maps-python-backend:1.22.0" },
  runner: {
    image: "registry.example.org/py-exec:1.22.0",
    template: false,
    serviceAccount: "tfstack-maps-data-analysis",
  },
} as const;

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

/**
 * A runner pod as the backend's own code builds it, in version 1.22.0 of Maps_Script_Helper. It was
 * recorded from a run of that code against a stand-in of the API server.
 */
export function ownPod(id: string, image: string): Json {
  const folder = `/outputs/${id}`;
  const keys = ["main.py", "request.json"];
  const env = {
    MPLCONFIGDIR: `${folder}/result/.matplotlib`,
    JOB_ID: id,
    MAPS_SCRIPT_PARAMETERS: "threshold=3",
  };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `runner-${id}`, labels: { app: "maps-runner", "job-id": id } },
    spec: {
      restartPolicy: "Never",
      serviceAccountName: "tfstack-maps-data-analysis",
      containers: [
        {
          name: "runner",
          image,
          imagePullPolicy: "IfNotPresent",
          command: ["python", "-u", "/work/job_runner.py"],
          env: Object.entries(env).map(([name, value]) => ({ name, value })),
          volumeMounts: [
            { name: "code", mountPath: "/code", readOnly: true },
            { name: "outputs", mountPath: "/outputs" },
          ],
          workingDir: folder,
          resources: {
            requests: { cpu: "100m", memory: "256Mi" },
            limits: { cpu: "500m", memory: "1Gi" },
          },
        },
      ],
      volumes: [
        {
          name: "code",
          configMap: {
            name: `job-code-${id}`,
            items: keys.map((key) => ({ key, path: key })),
          },
        },
        { name: "outputs", persistentVolumeClaim: { claimName: "maps-outputs" } },
      ],
    },
  };
}
