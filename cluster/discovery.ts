import { listAt, type Json, type KubeObject, textAt, at } from "../lib/objects";
import { UserError } from "../lib/errors";
import type { ApiClient } from "./client";

/** A kind that the API server knows. */
export interface ApiResource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

const accept = ["v2", "v2beta1"]
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .join(",");

/** The kinds of a cluster, by one request for the core ones and one for all the others. */
export class Discovery {
  private known: Promise<readonly ApiResource[]> | undefined;

  constructor(private readonly client: ApiClient) {}

  /** Every kind in every served version, the preferred version of a group first. */
  async all(): Promise<readonly ApiResource[]> {
    this.known ??= this.read();
    return this.known;
  }

  /** The kind of an object, or undefined if the cluster does not know it (any longer). */
  async find({ apiVersion, kind }: KubeObject): Promise<ApiResource | undefined> {
    const resources = await this.all();
    return resources.find((known) => known.apiVersion === apiVersion && known.kind === kind);
  }

  /** Asks the server again next time: a CustomResourceDefinition was just added. */
  forget(): void {
    this.known = undefined;
  }

  private async read(): Promise<readonly ApiResource[]> {
    const answers = await Promise.all(
      ["/api", "/apis"].map((path) => this.client.json({ path, accept })),
    );
    if (answers.some((answer) => textAt(answer, "kind") !== "APIGroupDiscoveryList")) {
      throw new UserError(`${this.client.server} must run Kubernetes 1.27 or newer`);
    }
    return answers.flatMap((answer) => listAt(answer, "items")).flatMap(resourcesOf);
  }
}

function resourcesOf(group: Json): readonly ApiResource[] {
  const name = textAt(group, "metadata", "name");
  return listAt(group, "versions").flatMap((version) => {
    const apiVersion = [name, textAt(version, "version")].filter((part) => part !== "").join("/");
    return listAt(version, "resources").map((resource) => ({
      apiVersion,
      kind: textAt(resource, "responseKind", "kind"),
      plural: textAt(resource, "resource"),
      namespaced: textAt(resource, "scope") === "Namespaced",
      verbs: (at(resource, "verbs") as readonly string[] | undefined) ?? [],
    }));
  });
}

/** The path of all objects of a kind, in one namespace or everywhere. */
export function collectionPath(resource: ApiResource, namespace?: string): string {
  const { apiVersion, plural, namespaced } = resource;
  const base = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const inside = namespaced && namespace !== undefined ? `/namespaces/${namespace}` : "";
  return `${base}${inside}/${plural}`;
}

/** The path of one object. */
export function objectPath(resource: ApiResource, { metadata }: KubeObject): string {
  const namespace = metadata.namespace ?? "default";
  return `${collectionPath(resource, namespace)}/${encodeURIComponent(metadata.name)}`;
}
