import { describe, keyOf, type KubeObject, listAt } from "../lib/objects";
import { type Access, readKubeconfig } from "./access";
import { ApiClient, ApiError } from "./client";
import { type ApiResource, collectionPath, Discovery, objectPath } from "./discovery";

// Created by controllers, with labels copied from other objects, or deleted with their owner.
const derived = new Set([
  "ControllerRevision",
  "Endpoints",
  "EndpointSlice",
  "Event",
  "Pod",
  "PodMetrics",
  "ReplicaSet",
]);

export type { Access } from "./access";

/** A cluster's objects: finding, listing and deleting them. */
export class Cluster {
  readonly discovery: Discovery;

  constructor(readonly client: ApiClient) {
    this.discovery = new Discovery(client);
  }

  /** Connects as the provider does. @throws UserError if there is no such context. */
  static async open(access: Access): Promise<Cluster> {
    return new Cluster(new ApiClient(await readKubeconfig(access)));
  }

  /** Connects by the text of a kubeconfig. */
  static async connect(kubeconfig: string, context: string): Promise<Cluster> {
    return Cluster.open({ kubeconfig, context });
  }

  /** The live object, or undefined. */
  async find(object: KubeObject): Promise<KubeObject | undefined> {
    const resource = await this.discovery.find(object);
    if (resource === undefined) return undefined;
    const live = await this.client.find(objectPath(resource, object));
    return live as KubeObject | undefined;
  }

  /**
   * Starts an object's deletion; an object that is already gone is not an error.
   *
   * @param propagationPolicy - Whether it goes before what it owns, such as its pods, or after it.
   */
  async delete(
    object: KubeObject,
    propagationPolicy: "Background" | "Foreground" = "Background",
  ): Promise<void> {
    const resource = await this.discovery.find(object);
    if (resource === undefined) return;
    try {
      await this.client.json({
        method: "DELETE",
        path: objectPath(resource, object),
        // All options go in the body: with a body the query is ignored, and a Job would leave its pods behind.
        body: {
          propagationPolicy,
          // Only the object that was examined, not a later one of the same name.
          ...(object.metadata.uid !== undefined && {
            preconditions: { uid: object.metadata.uid },
          }),
        },
      });
    } catch (error) {
      if (error instanceof ApiError && (error.status === 404 || error.status === 409)) return;
      throw error;
    }
  }

  /**
   * All objects with a label, of every kind that can be listed and deleted. Kinds that the user
   * may not list are left out.
   */
  async labelled(labelSelector: string): Promise<readonly KubeObject[]> {
    const resources = onePerKind(await this.discovery.all());
    const lists = await Promise.all(
      resources.map((resource) => this.list(resource, labelSelector)),
    );
    const found = new Map(
      lists.flat().map((object) => [object.metadata.uid ?? describe(object), object]),
    );
    return [...found.values()].filter((it) => (it.metadata.ownerReferences ?? []).length === 0);
  }

  private async list(resource: ApiResource, labelSelector: string): Promise<KubeObject[]> {
    const path = collectionPath(resource);
    try {
      const answer = await this.client.json({ path, query: { labelSelector } });
      const { apiVersion, kind } = resource;
      return listAt(answer, "items").map((item) => ({ ...item, apiVersion, kind }) as KubeObject);
    } catch (error) {
      const skipped = [403, 404, 405, 503];
      if (error instanceof ApiError && skipped.includes(error.status)) return [];
      throw error;
    }
  }
}

function onePerKind(resources: readonly ApiResource[]): readonly ApiResource[] {
  const chosen = new Map<string, ApiResource>();
  for (const resource of resources) {
    const { apiVersion, kind, verbs } = resource;
    if (derived.has(kind) || !verbs.includes("list") || !verbs.includes("delete")) continue;
    const key = keyOf({ apiVersion, kind, metadata: { name: "" } });
    if (!chosen.has(key)) chosen.set(key, resource);
  }
  return [...chosen.values()];
}
