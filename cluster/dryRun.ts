import type { KubeObject } from "../lib/objects";
import type { ApiRequest } from "./client";
import { type ApiResource, objectPath } from "./discovery";

/** Asks to apply an object as the engine does, without effect. */
export const dryRunOf = (resource: ApiResource, object: KubeObject): ApiRequest => ({
  method: "PATCH",
  path: objectPath(resource, object),
  contentType: "application/apply-patch+yaml",
  query: { dryRun: "All", fieldManager: "stackberth", force: "true" },
  body: object,
});
