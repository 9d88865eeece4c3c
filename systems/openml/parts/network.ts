import type * as pulumi from "@pulumi/pulumi";
import { type Namespace, NetworkPolicy, type Peer } from "../../../components";
import { selectorLabels } from "../../../lib/labels";
import { allowEgress } from "../../egress";
import type { Context } from "../schema";
import type { DatabaseLink } from "./database";
import { names, ports } from "./names";

/**
 * Lets the front end reach the backend, both the managed database, and both the addresses of `egress`.
 * @returns The policy to the database, which must exist before the backend starts.
 */
export function allowTraffic(
  { name, settings }: Context,
  namespace: Namespace,
  { server }: DatabaseLink,
  parent: pulumi.Resource,
): readonly NetworkPolicy[] {
  const pods = (workload: string): Peer => ({ pods: selectorLabels(namespace.system, workload) });
  const [backend, frontend] = [pods(names.backend), pods(names.frontend)];
  const allow = (policy: string, from: Peer, to: Peer, port: number): NetworkPolicy =>
    new NetworkPolicy(
      `${name}-${policy}`,
      { namespace, name: policy, from: [from], to, ports: [port] },
      { parent },
    );
  if (settings.frontend) allow("frontend-to-backend", frontend, backend, ports.backend);
  const webs = settings.frontend ? [frontend, backend] : [backend];
  allowEgress(name, namespace, webs, settings.egress, parent);
  if (!server) return [];
  if (settings.frontend) allow("frontend-to-database", frontend, server.peer, server.port);
  return [allow("backend-to-database", backend, server.peer, server.port)];
}
