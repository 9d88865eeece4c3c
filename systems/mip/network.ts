import type * as pulumi from "@pulumi/pulumi";
import { NetworkPolicy, type Peer } from "../../components";
import type { Engine } from "./engine";
import { ports } from "./exaflow";
import { backend, type Portal } from "./portal";
import type { Scope } from "./scope";
import { mongoPort, type Smpc } from "./smpc";
import { coordinator, players } from "./smpcClient";

/** The parts of a federation that talk to each other. */
export interface Parts {
  readonly engine: Engine;
  readonly portal: Portal;
  readonly smpc: Smpc | undefined;
}

interface Edge {
  readonly name: string;
  readonly from: readonly Peer[];
  readonly to: Peer;
  readonly ports: readonly number[];
}

/** Every connection that a federation needs; all others are denied. */
function edgesOf({ settings, site }: Scope, { engine, portal, smpc }: Parts): readonly Edge[] {
  const { controller, localworkers, globalworker, aggregation } = engine;
  const workers = [localworkers, globalworker];
  const anyone: readonly Peer[] = [{ anyone: true }];
  const askers = [portal.backend, ...workers];
  const { keycloak } = settings;
  return [
    {
      name: "controller",
      // A port of every node is open to whoever reaches the node.
      from: site.controllerNodePort === undefined ? askers : [...anyone, ...askers],
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
    { name: "backend", from: [portal.frontend], to: portal.backend, ports: [backend.port] },
    {
      name: "database",
      from: [portal.backend],
      to: portal.database.peer,
      ports: [portal.database.port],
    },
    ...(keycloak.enabled
      ? keycloak.egress.map((cidr, index) => ({
          name: `keycloak-${index}`,
          from: [portal.backend],
          to: { cidr },
          ports: [keycloak.url.startsWith("https") ? 443 : 80],
        }))
      : []),
    ...(smpc ? smpcEdges(engine, smpc) : []),
  ];
}

function smpcEdges({ controller, localworkers, globalworker }: Engine, smpc: Smpc): Edge[] {
  const everyPlayer = smpc.players;
  return [
    { name: "smpc-queue", from: [smpc.coordinator], to: smpc.queue, ports: [6379] },
    { name: "smpc-db", from: [smpc.coordinator, ...everyPlayer], to: smpc.db, ports: [mongoPort] },
    {
      name: "smpc-coordinator",
      from: [controller, localworkers, globalworker, ...everyPlayer],
      to: smpc.coordinator,
      ports: [coordinator.port],
    },
    ...everyPlayer.map((player, index) => ({
      name: `smpc-player${index}`,
      // The clients are in the local workers' pods.
      from: [smpc.coordinator, localworkers, ...everyPlayer.filter((each) => each !== player)],
      to: player,
      ports: Object.values(players[index]?.ports ?? {}),
    })),
  ];
}

/** The network policies of a federation. */
export function allowTraffic(
  scope: Scope,
  parts: Parts,
  opts: pulumi.ComponentResourceOptions,
): void {
  for (const { name, ...edge } of edgesOf(scope, parts)) {
    new NetworkPolicy(
      `${scope.name}-to-${name}`,
      { ...edge, namespace: scope.namespace, name: `to-${name}` },
      opts,
    );
  }
}
