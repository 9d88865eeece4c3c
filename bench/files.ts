import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import type { KubeObject } from "../lib/objects";
import { pathOf, toYaml } from "../tools/render";
import { kustomization } from "../tools/render/gitops";

/** The same objects in the form that each way takes. */
export interface Files {
  /** A folder of YAML, an object a file. */
  readonly objects: string;
  /** The folder below it with what has no namespace: kubectl goes by file name, and namespaces come first. */
  readonly cluster: string;
  /** Folders of what is waited for: Deployments and StatefulSets; Jobs. Undefined if there are none. */
  readonly rollouts: string | undefined;
  readonly jobs: string | undefined;
  /** The same files with a kustomization.yaml that lists them. */
  readonly kustomization: string;
  /** A chart that has every object as it is, so that Helm renders nothing. */
  readonly chart: string;
}

/** Writes the objects below a folder. */
export function writeFiles(folder: string, name: string, objects: readonly KubeObject[]): Files {
  const write = (path: string, text: string): void => {
    const whole = join(folder, path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, text);
  };
  const writeAll = (below: string, some: readonly KubeObject[]): string | undefined => {
    for (const object of some) write(join(below, pathOf(object)), toYaml(object));
    return some.length > 0 ? join(folder, below) : undefined;
  };
  const ofKind = (...kinds: readonly string[]): readonly KubeObject[] =>
    objects.filter(({ kind }) => kinds.includes(kind));
  writeAll("objects", objects);
  writeAll("kustomization", objects);
  write("kustomization/kustomization.yaml", kustomization(objects.map(pathOf)));
  writeAll("chart/objects", objects);
  write("chart/Chart.yaml", stringify({ apiVersion: "v2", name, version: "1.0.0" }));
  write(
    "chart/templates/all.yaml",
    '{{- range $path, $_ := .Files.Glob "objects/**" }}\n---\n{{ $.Files.Get $path }}\n{{- end }}\n',
  );
  return {
    objects: join(folder, "objects"),
    cluster: join(folder, "objects", "cluster"),
    rollouts: writeAll("rollouts", ofKind("Deployment", "StatefulSet")),
    jobs: writeAll("jobs", ofKind("Job")),
    kustomization: join(folder, "kustomization"),
    chart: join(folder, "chart"),
  };
}
