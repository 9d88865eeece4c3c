import type * as pulumi from "@pulumi/pulumi";
import { NetworkPolicy, type Peer } from "../../../components";
import { selectorLabels } from "../../../lib/labels";
import type { App, Context } from "./app";
import { engineJobName, names, queuePort } from "./names";
import type { BotsSettings } from "../schema";

/** The CronJobs that run the engine: one, or one for each route. */
export const engineJobs = ({ engine }: BotsSettings): string[] =>
  engine.routes.length === 0 ? [engineJobName()] : engine.routes.map((each) => engineJobName(each));

/**
 * The connections that bots needs, each as policies. They come before the pods: a Job that starts
 * without them would fail.
 */
export function allowTraffic(
  context: Context,
  { namespace, database }: App,
  parent: pulumi.Resource,
): pulumi.Resource[] {
  const { name, settings } = context;
  const pods = (workload: string): Peer => ({ pods: selectorLabels(namespace.system, workload) });
  const separate = settings.jobQueue.mode === "separate";
  const monitor = separate && settings.dirMonitor ? [pods(names.dirMonitor)] : [];
  const queue = separate ? [pods(names.jobQueue)] : [];
  const engines = engineJobs(settings).map(pods);
  const services = [pods(names.web), ...queue, ...monitor, ...engines];
  const dumps =
    settings.database.type === "external"
      ? [pods(names.databaseBackup), pods(names.databaseRestore)]
      : [];
  const policy = (suffix: string, from: readonly Peer[], to: Peer, ports?: readonly number[]) =>
    new NetworkPolicy(
      `${name}-${suffix}`,
      { namespace, name: `bots-${suffix}`, from, to, ...(ports && { ports }) },
      { parent },
    );
  const jobs = [pods(names.init), pods(names.superuser)];
  const { smtp } = settings;
  return [
    policy("database", [...services, ...jobs, ...dumps], database.peer, [database.port]),
    ...(separate
      ? [policy("queue", [pods(names.web), ...monitor], pods(names.jobQueue), [queuePort])]
      : []),
    ...(smtp ? [policy("mail", services, { cidr: smtp.cidr }, [smtp.port])] : []),
    ...settings.egress.map((cidr, index) => policy(`partners-${index}`, services, { cidr })),
  ];
}
