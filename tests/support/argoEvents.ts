import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import type { KubeObject } from "../../lib/objects";
import type { Schema } from "./jsonSchema";

/** The release whose definitions the tests go by, as Go's checksum database knows it. */
const version = "github.com/argoproj/argo-events@v1.9.11";
const checksum = "h1:lDRu5E8ReFN1RJxGIibNOHuNEIPwzGleEkP3DZDNN2s=";

/** What Argo Events says of its own kinds. */
export interface ArgoEvents {
  /** The CustomResourceDefinitions as its installation has them; they check next to nothing. */
  readonly definitions: readonly KubeObject[];
  /** The JSON schema of all its kinds, by which its documentation and editors go. */
  readonly schemas: Readonly<Record<string, Schema>>;
}

/** Argo Events' own files, from its Go module; or why they cannot be had. */
export function argoEvents(): ArgoEvents | string {
  // Outside a module: inside one, go.mod would have to name it.
  const options = {
    cwd: tmpdir(),
    encoding: "utf8",
    env: { ...process.env, GOFLAGS: "" },
  } as const;
  const { stdout, stderr, error } = spawnSync("go", ["mod", "download", "-json", version], options);
  if (error) return `no Go: ${error.message}`;
  const answer = JSON.parse(stdout || "{}") as { Dir?: string; Sum?: string; Error?: string };
  const { Dir: folder, Sum: sum } = answer;
  if (folder === undefined) return `${version} cannot be had: ${answer.Error ?? stderr}`;
  if (sum !== checksum) throw new Error(`${version} has the checksum ${sum}, not ${checksum}`);
  const read = (path: string): string => readFileSync(join(folder, path), "utf8");
  const schema = JSON.parse(read("api/jsonschema/schema.json")) as {
    definitions: Record<string, Schema>;
  };
  return {
    definitions: ["eventsources", "sensors"].map(
      (name) => parse(read(`manifests/base/crds/argoproj.io_${name}.yaml`)) as KubeObject,
    ),
    schemas: schema.definitions,
  };
}

/** The name of a kind's schema. */
export const schemaOf = (kind: string): string => `io.argoproj.events.v1alpha1.${kind}`;

/** Skips a test for a reason, and says it. */
export function skipFor(context: Mocha.Context, reason: string): never {
  console.log(`    skipped: ${reason}`);
  return context.skip();
}
