import type * as pulumi from "@pulumi/pulumi";
import { NetworkPolicy, type Peer } from "../../../components";
import type { FederationContext } from "./context";
import type { Exaflow } from "./exaflow";
import { ports } from "./names";
import type { Portal } from "./portal";
import type { Smpc } from "./smpc";

interface Parts {
  readonly exaflow: Exaflow;
  readonly portal: Portal;
  readonly smpc: Smpc | undefined;
}

interface Connection {
  readonly name: string;
  readonly from: readonly Peer[];
  readonly to: Peer;
  readonly ports: readonly number[];
}

/** The NetworkPolicies of a federation: every connection it needs. All others are denied. */
export function allowTraffic(
  context: FederationContext,
  { exaflow, portal, smpc }: Parts,
  opts: pulumi.ComponentResourceOptions,
): void {
  const connections = [
    ...exaflowConnections(context, exaflow, portal),
    ...portalConnections(context, portal),
    ...(smpc ? smpcConnections(exaflow, smpc) : []),
  ];
  for (const { name, ...connection } of connections) {
    new NetworkPolicy(
      `${context.name}-to-${name}`,
      { ...connection, namespace: context.namespace, name: `to-${name}` },
      opts,
    );
  }
}

function exaflowConnections(
  { settings, cluster }: FederationContext,
  { controller, localworkers, globalworker, aggregation }: Exaflow,
  portal: Portal,
): Connection[] {
  const workers = [localworkers, globalworker];
  const anyone: readonly Peer[] = [{ anyone: true }];
  return [
    {
      name: "controller",
      // Whoever reaches a node reaches its node ports.
      from: [
        ...(cluster.controllerNodePort === undefined ? [] : anyone),
        portal.backend,
        ...workers,
      ],
      to: controller,
      ports: [ports.controller],
    },
    { name: "localworkers", from: [controller], to: localworkers, ports: [ports.worker] },
    { name: "globalworker", from: [controller], to: globalworker, ports: [ports.worker] },
    {
      name: "aggregation",
      from: [controller, ...workers],
      to: aggregation,
      ports: [ports.aggregation],
    },
    ...(settings.engine.flower.enabled
      ? [
          {
            name: "flower",
            from: [controller, localworkers],
            to: globalworker,
            ports: [ports.flower],
          },
        ]
      : []),
  ];
}

function portalConnections(
  { settings: { keycloak } }: FederationContext,
  { frontend, backend, database }: Portal,
): Connection[] {
  return [
    { name: "backend", from: [frontend], to: backend, ports: [ports.portalbackend] },
    { name: "database", from: [backend], to: database.peer, ports: [database.port] },
    ...(keycloak.enabled
      ? keycloak.egress.map((cidr, index) => ({
          name: `keycloak-${index}`,
          from: [backend],
          to: { cidr },
          ports: [keycloak.url.startsWith("https") ? 443 : 80],
        }))
      : []),
  ];
}

function smpcConnections(
  { controller, localworkers, globalworker }: Exaflow,
  { coordinator, queue, db, players }: Smpc,
): Connection[] {
  const peers = players.map(({ peer }) => peer);
  return [
    { name: "smpc-queue", from: [coordinator], to: queue, ports: [ports.redis] },
    { name: "smpc-db", from: [coordinator, ...peers], to: db, ports: [ports.mongo] },
    {
      name: "smpc-coordinator",
      from: [controller, localworkers, globalworker, ...peers],
      to: coordinator,
      ports: [ports.smpcCoordinator],
    },
    ...players.map(({ peer, ports: own }, index) => ({
      name: `smpc-player${index}`,
      // The clients run in the local workers' pods.
      from: [coordinator, localworkers, ...peers.filter((each) => each !== peer)],
      to: peer,
      ports: own,
    })),
  ];
}
