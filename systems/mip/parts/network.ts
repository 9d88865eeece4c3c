import type * as pulumi from "@pulumi/pulumi";
import { NetworkPolicy, type Peer } from "../../../components";
import type { FederationContext } from "./context";
import type { Exaflow } from "./exaflow";
import { ports, smpcPlayerPorts } from "./names";
import type { Portal } from "./portal";
import type { Smpc } from "./smpc";

type Allow = (name: string, from: readonly Peer[], to: Peer, ...ports: readonly number[]) => void;

/** The NetworkPolicies of a federation: every connection it needs. All others are denied. */
export function allowTraffic(
  context: FederationContext,
  parts: { readonly exaflow: Exaflow; readonly portal: Portal; readonly smpc: Smpc | undefined },
  opts: pulumi.ComponentResourceOptions,
): void {
  const { name: prefix, namespace } = context;
  const allow: Allow = (name, from, to, ...allowed) => {
    new NetworkPolicy(
      `${prefix}-to-${name}`,
      { namespace, name: `to-${name}`, from, to, ports: allowed },
      opts,
    );
  };
  const { exaflow, portal, smpc } = parts;
  allowExaflow(context, exaflow, portal.backend.peer, allow);
  allowPortal(context, portal, allow);
  if (smpc) allowSmpc(exaflow, smpc, allow);
}

function allowExaflow(
  { settings, cluster, federation }: FederationContext,
  exaflow: Exaflow,
  portal: Peer,
  allow: Allow,
): void {
  const controller = exaflow.controller.peer;
  const { local, global } = exaflow.workers;
  const elsewhere: readonly Peer[] = federation.workersCidrs.map((cidr) => ({ cidr }));
  const askers = [portal, local, global, ...elsewhere];
  // Whoever reaches a node reaches its node ports.
  const anyone: readonly Peer[] =
    cluster.controllerNodePort === undefined ? [] : [{ anyone: true }];
  allow("controller", [...anyone, ...askers], controller, ports.controller);
  allow("localworkers", [controller], local, ports.worker);
  allow("globalworker", [controller], global, ports.worker);
  allow(
    "aggregation",
    [controller, local, global, ...elsewhere],
    exaflow.aggregation.peer,
    ports.aggregation,
  );
  if (settings.engine.flower.enabled) {
    allow("flower", [controller, local, ...elsewhere], global, ports.flower);
  }
  elsewhere.forEach((cidr, index) => {
    allow(`remote-workers-${index}`, [controller], cidr, ports.worker);
  });
}

function allowPortal(
  { settings: { keycloak } }: FederationContext,
  { frontend, backend, database }: Portal,
  allow: Allow,
): void {
  allow("backend", [frontend.peer], backend.peer, ports.portalbackend);
  allow("database", [backend.peer], database.peer, database.port);
  if (!keycloak.enabled) return;
  const port = keycloak.url.startsWith("https") ? 443 : 80;
  keycloak.egress.forEach((cidr, index) =>
    allow(`keycloak-${index}`, [backend.peer], { cidr }, port),
  );
}

function allowSmpc({ controller, workers }: Exaflow, smpc: Smpc, allow: Allow): void {
  const { local, global } = workers;
  const coordinator = smpc.coordinator.peer;
  const players = smpc.players.map(({ peer }) => peer);
  allow("smpc-queue", [coordinator], smpc.queue.peer, ports.redis);
  allow("smpc-db", [coordinator, ...players], smpc.db.peer, ports.mongo);
  const askers = [controller.peer, local, global, ...players];
  allow("smpc-coordinator", askers, coordinator, ports.smpcCoordinator);
  players.forEach((player, index) => {
    // The clients run in the local workers' pods.
    const others = [coordinator, local, ...players.filter((each) => each !== player)];
    allow(`smpc-player${index}`, others, player, ...Object.values(smpcPlayerPorts(index)));
  });
}
