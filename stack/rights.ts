import type { Cluster } from "../cluster";
import { ApiError } from "../cluster/client";
import { at, type Json, type KubeObject, listAt } from "../lib/objects";

/** What the engine does with an object that it deploys. */
const verbs = ["get", "create", "patch"];
const reviews = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews";

/**
 * What a deployment needs, and its user may not do, a line a namespace. One question a namespace is asked; where
 * the API server does not know all its own answers, nothing is missing.
 */
export async function missingRights(
  cluster: Cluster,
  wanted: readonly KubeObject[],
): Promise<readonly string[]> {
  const places = new Map<string, Set<string>>();
  for (const object of wanted) {
    const resource = await cluster.discovery.find(object);
    if (resource === undefined) continue;
    const [group = ""] = resource.apiVersion.includes("/") ? resource.apiVersion.split("/") : [];
    const place = resource.namespaced ? object.metadata.namespace : "";
    if (place === undefined) continue;
    const named = [resource.plural, group].filter((part) => part !== "").join(".");
    places.set(place, (places.get(place) ?? new Set()).add(named));
  }
  const lines = await Promise.all(
    [...places].map(async ([place, resources]) => {
      const rules = await rulesIn(cluster, place);
      if (rules === undefined) return [];
      const missing = [...resources].flatMap((each) => {
        const lacking = verbs.filter((verb) => !isAllowed(rules, verb, each));
        return lacking.length === 0 ? [] : [`${lacking.join(", ")} ${each}`];
      });
      if (missing.length === 0) return [];
      const where = place === "" ? "in the whole cluster" : `in namespace ${place}`;
      const list = `kubectl auth can-i --list${place === "" ? "" : ` -n ${place}`}`;
      return [
        `${where}, this user may not: ${missing.sort().join("; ")}. Ask the cluster's administrator for that; ` +
          `\`${list}\` shows what is allowed`,
      ];
    }),
  );
  return lines.flat();
}

/** What the user may do in a namespace. @default - the API server cannot say all */
async function rulesIn({ client }: Cluster, place: string): Promise<readonly Json[] | undefined> {
  try {
    const body = {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectRulesReview",
      // Whatever holds for the whole cluster holds in any namespace.
      spec: { namespace: place === "" ? "default" : place },
    };
    const answer = await client.json({ method: "POST", path: reviews, body });
    if (at(answer, "status", "incomplete") !== false) return undefined;
    return listAt(answer, "status", "resourceRules");
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}

/** @param resource - As in `deployments.apps`. */
function isAllowed(rules: readonly Json[], verb: string, resource: string): boolean {
  const [plural = "", ...group] = resource.split(".");
  const has = (rule: Json, field: string, value: string): boolean => {
    const list = (at(rule, field) as readonly string[] | undefined) ?? [];
    return list.includes("*") || list.includes(value);
  };
  return rules.some(
    (rule) =>
      has(rule, "verbs", verb) &&
      has(rule, "apiGroups", group.join(".")) &&
      has(rule, "resources", plural),
  );
}
