import { ApiServerAccess, Isolation, type Namespace, NetworkPolicy } from "../../../components";
import { anywhere } from "../../../lib/cidr";
import { allowEgress } from "../../egress";
import type { Context } from "../schema";
import type { Backend } from "./backend";
import { runner } from "./names";
import type { Runners } from "./runners";

/** Isolates the runners, and lets the backend reach the API server, the mail server and the addresses of `egress`. */
export function allowTraffic(
  { name, settings }: Context,
  namespace: Namespace,
  runners: Runners,
  backend: Backend,
): void {
  const from = [backend.web.peer];
  new Isolation(
    `${name}-runners-isolation`,
    { namespace, name: "runners", pods: runner.labels, egress: settings.runner.egress },
    { parent: runners },
  );
  new ApiServerAccess(
    `${name}-backend-api-server`,
    { ...settings.apiServer, namespace, name: "api-server", from },
    { parent: backend },
  );
  allowEgress(`${name}-backend`, namespace, from, settings.egress, backend);
  const { smtp } = settings;
  if (smtp === undefined) return;
  new NetworkPolicy(
    `${name}-backend-mail`,
    { namespace, name: "mail", from, to: { cidr: smtp.cidr ?? anywhere }, ports: [smtp.port] },
    { parent: backend },
  );
}
