import { waitUntilGone } from "../../tools/direct/remove";
import { waitUntilReady } from "../../tools/direct/wait";
import type { KubeObject } from "../../lib/objects";
import { testCluster } from "./testCluster";

/** A kind that an operator would bring along, any field allowed. */
export interface CustomKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
}

const definition = ({ group, version, kind, plural }: CustomKind): KubeObject => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `${plural}.${group}` },
  spec: {
    group,
    scope: "Namespaced",
    names: { kind, plural, singular: kind.toLowerCase() },
    versions: [
      {
        name: version,
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
        },
        subresources: { status: {} },
      },
    ],
  },
});

/** Makes a kind known to the tests' API server, without the operator that would act on it. */
export async function installKind(kind: CustomKind): Promise<void> {
  const { cluster } = await testCluster();
  const { live } = await cluster.apply(definition(kind));
  await waitUntilReady(cluster, live, () => undefined);
  cluster.discovery.forget();
}

/** Takes the kind away again, and all its objects with it. */
export async function removeKind(kind: CustomKind): Promise<void> {
  const { cluster } = await testCluster();
  await cluster.delete(definition(kind));
  await waitUntilGone(cluster, definition(kind));
  cluster.discovery.forget();
}
