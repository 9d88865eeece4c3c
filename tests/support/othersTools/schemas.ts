import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { at, isJson, type Json, type KubeObject, listAt, textAt } from "../../../lib/objects";
import { run } from "../../../tools/toolchain";

/** A Go module at a version, with its checksum as in a go.sum, which can hold only one version of each. */
interface Pinned {
  readonly module: string;
  readonly version: string;
  readonly sum: string;
}

const kubernetes = (version: string, sum: string): Pinned => ({
  module: "k8s.io/kubernetes",
  version,
  sum: `h1:${sum}`,
});

/** The releases of Kubernetes whose API servers must take every object, one of each minor version. */
export const releases: readonly Pinned[] = [
  kubernetes("v1.33.13", "bmH31xUdSzeA5vk0wZAK9MZp11mdLuzUSeKk0qN3hPQ="),
  kubernetes("v1.34.4", "Yy6R4QB8C9kJPp25GFqEvX5XQwY5qzKeqD0Xx6oAcmk="),
  kubernetes("v1.35.4", "o/8dBC/pHVpYoGV4OAIytAlNPZbdYVTXJHoYvXC4qzM="),
  kubernetes("v1.36.3", "qDQdoMiluAE2Eab6Fa52YV+WjiGz9mZFFoagEA6cI+o="),
];

const traefik: Pinned = {
  module: "github.com/traefik/traefik/v3",
  version: "v3.7.13",
  sum: "h1:T8wy9KuaFzCkmXCqAzDy7t73pBDR1DHrJe3pqXpNXTw=",
};

/** The definition of the one custom kind that dev and prod have. */
const middlewareFile = "docs/content/reference/dynamic-configuration/traefik.io_middlewares.yaml";

/** The folder of a module, which Go downloads once. */
async function folderOf({ module, version, sum }: Pinned): Promise<string> {
  const complaints: string[] = [];
  const { stdout } = await run("go", ["mod", "download", "-json", `${module}@${version}`], {
    cwd: tmpdir(),
    onComplaint: (line) => complaints.push(line),
  });
  const found: unknown = JSON.parse(stdout || "{}");
  if (textAt(found, "Sum") === sum) return textAt(found, "Dir");
  throw new Error(`${module} ${version} is not ${sum}: ${stdout} ${complaints.join(" ")}`);
}

/** The same schema, which takes no other fields than those that it names. */
function strict(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strict);
  if (!isJson(schema)) return schema;
  const inner = Object.entries(schema).map(([key, value]) => [key, strict(value)] as const);
  const open = "additionalProperties" in schema || "x-kubernetes-preserve-unknown-fields" in schema;
  const closed = isJson(schema["properties"]) && !open;
  return { ...Object.fromEntries(inner), ...(closed && { additionalProperties: false }) };
}

/** What OpenAPI 2 cannot say: an API server takes numbers for these too. */
const numbersToo: Json = {
  "io.k8s.apimachinery.pkg.util.intstr.IntOrString": { type: ["string", "integer"] },
  "io.k8s.apimachinery.pkg.api.resource.Quantity": { type: ["string", "number"] },
};

/** A definition with all that it refers to, in one file. */
function standalone(name: string, definitions: Json): Json {
  const reached = new Set([name]);
  // A Set also visits what is added to it on the way.
  for (const each of reached) {
    const text = JSON.stringify(definitions[each]);
    for (const [, other = ""] of text.matchAll(/"#\/definitions\/([^"]+)"/g)) reached.add(other);
  }
  const all = [...reached].map((each) => [each, definitions[each]] as const);
  return { $ref: `#/definitions/${name}`, definitions: Object.fromEntries(all) };
}

/** Names a schema as kubeconform looks for it: the kind, the first word of the group, the version. */
function fileName(group: string, version: string, kind: string): string {
  const words = [kind, ...(group === "" ? [] : [group.split(".")[0]]), version];
  return `${words.join("-").toLowerCase()}.json`;
}

function fileOf({ apiVersion, kind }: KubeObject): string {
  const [version = "", group = ""] = apiVersion.split("/").reverse();
  return fileName(group, version, kind);
}

/** Writes a schema of each kind that the objects have into `folder/RELEASE`, for kubeconform. */
export async function writeSchemas(folder: string, objects: readonly KubeObject[]): Promise<void> {
  const needed = new Set(objects.map(fileOf));
  const folders = await Promise.all([...releases, traefik].map(folderOf));
  const middleware = parse(readFileSync(join(folders.pop() ?? "", middlewareFile), "utf8")) as Json;
  for (const [index, release] of releases.entries()) {
    const into = join(folder, release.version);
    mkdirSync(into, { recursive: true });
    const write = (file: string, schema: unknown): void =>
      writeFileSync(join(into, file), JSON.stringify(schema));
    const source = join(folders[index] ?? "", "api/openapi-spec/swagger.json");
    const spec: unknown = JSON.parse(readFileSync(source, "utf8"));
    const definitions = { ...(strict(at(spec, "definitions")) as Json), ...numbersToo };
    for (const [name, definition] of Object.entries(definitions)) {
      for (const of of listAt(definition, "x-kubernetes-group-version-kind")) {
        const file = fileName(textAt(of, "group"), textAt(of, "version"), textAt(of, "kind"));
        if (needed.has(file)) write(file, standalone(name, definitions));
      }
    }
    for (const version of listAt(middleware, "spec", "versions")) {
      const file = fileName("traefik.io", textAt(version, "name"), "Middleware");
      write(file, strict(at(version, "schema", "openAPIV3Schema")));
    }
  }
}
