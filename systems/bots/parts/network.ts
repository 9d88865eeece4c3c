import type * as pulumi from "@pulumi/pulumi";
import { NetworkPolicy, type Peer } from "../../../components";
import { anywhere } from "../../../lib/cidr";
import { selectorLabels } from "../../../lib/labels";
import type { Context } from "../schema";
import type { App } from "./app";
import { engineJobNames, names, ports } from "./names";

/**
 * Lets bots' pods reach the database, the job queue, the mail server and the addresses of `egress`.
 * @returns The policies, which must exist before any Job starts: without them it would fail.
 */
export function allowTraffic(
  { name, settings }: Context,
  { namespace, database }: App,
  parent: pulumi.Resource,
): pulumi.Resource[] {
  const { jobQueue, dirMonitor, engine, smtp, egress } = settings;
  const pods = (workload: string): Peer => ({ pods: selectorLabels(namespace.system, workload) });
  const allow = (suffix: string, from: readonly Peer[], to: Peer, port?: number): NetworkPolicy =>
    new NetworkPolicy(
      `${name}-${suffix}`,
      { namespace, name: `bots-${suffix}`, from, to, ...(port !== undefined && { ports: [port] }) },
      { parent },
    );
  const separate = jobQueue.mode === "separate";
  const queue = separate ? [pods(names.jobQueue)] : [];
  const monitor = separate && dirMonitor ? [pods(names.dirMonitor)] : [];
  const web = pods(names.web);
  const services = [web, ...queue, ...monitor, ...engineJobNames(engine.routes).map(pods)];
  const jobs = [pods(names.init), pods(names.superuser)];
  const dumps = database.server ? [] : [pods(names.databaseBackup), pods(names.databaseRestore)];
  return [
    allow("database", [...services, ...jobs, ...dumps], database.peer, database.port),
    ...queue.map((to) => allow("queue", [web, ...monitor], to, ports.queue)),
    ...(smtp ? [allow("mail", services, { cidr: smtp.cidr ?? anywhere }, smtp.port)] : []),
    ...egress.map((cidr, index) => allow(`partners-${index}`, services, { cidr })),
  ];
}
