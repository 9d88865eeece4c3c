import type * as pulumi from "@pulumi/pulumi";
import { NetworkPolicy, type Peer } from "../../../components";
import { allowEgress } from "../../egress";
import type { Context } from "../schema";
import type { App } from "./app";
import { ports } from "./names";

/** Lets `clients` reach the queue and the addresses of `egress`, and KEDA the queue it measures. */
export function allowTraffic(
  { name, settings }: Context,
  { namespace, redis }: App,
  clients: readonly Peer[],
  parent: pulumi.Resource,
): void {
  const { queueScaling } = settings.worker;
  const keda = queueScaling ? [{ namespace: queueScaling.operatorNamespace }] : [];
  new NetworkPolicy(
    `${name}-redis-clients`,
    {
      namespace,
      name: "redis-clients",
      from: [...clients, ...keda],
      to: redis.peer,
      ports: [ports.redis],
    },
    { parent },
  );
  allowEgress(name, namespace, clients, settings.egress, parent);
}
