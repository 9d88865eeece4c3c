import { stringify } from "yaml";

/** The kinds of the fake cluster by group and version: kind, plural and whether it lies in namespaces. */
const kinds: Readonly<Record<string, readonly (readonly [string, string, boolean])[]>> = {
  v1: [
    ["Namespace", "namespaces", false],
    ["ConfigMap", "configmaps", true],
    ["Pod", "pods", true],
    ["Node", "nodes", false],
  ],
  "rbac.authorization.k8s.io/v1": [["ClusterRole", "clusterroles", false]],
  "scheduling.k8s.io/v1": [["PriorityClass", "priorityclasses", false]],
  "apiextensions.k8s.io/v1": [["CustomResourceDefinition", "customresourcedefinitions", false]],
};

/** What an API server tells of its kinds below `/api` or `/apis`. */
export function discovery(path: string) {
  const served = Object.entries(kinds).filter(
    ([name]) => name.includes("/") === (path === "/apis"),
  );
  const items = served.map(([name, resources]) => {
    const [version = "", group = ""] = name.split("/").reverse();
    return {
      metadata: group === "" ? {} : { name: group },
      versions: [
        {
          version,
          resources: resources.map(([kind, resource, namespaced]) => ({
            resource,
            responseKind: { kind },
            scope: namespaced ? "Namespaced" : "Cluster",
            verbs: ["get", "list", "delete"],
          })),
        },
      ],
    };
  });
  return { kind: "APIGroupDiscoveryList", items };
}

/** A kubeconfig of an API server on this machine, without its certificate. */
export const kubeconfigOf = (port: number, scheme = "http"): string =>
  stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: "fake",
        cluster: { server: `${scheme}://127.0.0.1:${port}`, "insecure-skip-tls-verify": true },
      },
    ],
    users: [{ name: "me", user: {} }],
    contexts: [{ name: "fake", context: { cluster: "fake", user: "me" } }],
    "current-context": "fake",
  });
