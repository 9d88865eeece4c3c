import { type Environment, podField } from "../../lib/env";
import type { ServerContainerArgs } from "../../lib/pod";
import type { Scope } from "./scope";
import { sizes } from "./sizes";

/** What the secure computation's parts know of each other. */

export const coordinator = { host: "exaflow-smpc-coordinator", port: 12314 } as const;
export const clientPort = 9000;
const playerNumbers = [0, 1, 2] as const;
type PlayerNumber = (typeof playerNumbers)[number];

/** The three players, with the ports that each of them has to itself. */
export const players = playerNumbers.map((number: PlayerNumber) => ({
  number,
  host: `exaflow-smpc-player${number}`,
  ports: { peers: 6000 + number, http: 7000 + number, data: 14000 + number },
}));

export const coordinatorUrl = `http://${coordinator.host}:${coordinator.port}`;

/** Where the coordinator and the clients find the players. */
export const playerAddresses: Environment = Object.fromEntries(
  players.flatMap(({ number, host, ports }) => [
    [`PLAYER_IP_${number}`, host],
    [`PLAYER_REPO_${number}`, `http://${host}:${ports.http}`],
  ]),
);

/** Where the engine finds it. */
export const smpcEnvironment: Environment = { SMPC_COORDINATOR_ADDRESS: coordinatorUrl };

/**
 * The client that splits a worker's values into shares. It runs in the worker's own pod: until they are
 * split they must not cross the network.
 */
export function clientContainer({ settings }: Scope): ServerContainerArgs {
  return {
    image: settings.images.smpc,
    command: ["python", "client.py"],
    env: {
      ...playerAddresses,
      // The same as the worker's SMPC_CLIENT_ID.
      ID: podField("spec.nodeName"),
      PORT: String(clientPort),
      COORDINATOR_URL: coordinatorUrl,
    },
    ports: { "smpc-client": clientPort },
    readOnlyRootFilesystem: false,
    resources: settings.resources.smpc ?? sizes.smpc,
    readinessProbe: { tcpSocket: { port: "smpc-client" }, periodSeconds: 10 },
    livenessProbe: {
      tcpSocket: { port: "smpc-client" },
      initialDelaySeconds: 30,
      periodSeconds: 30,
    },
  };
}
