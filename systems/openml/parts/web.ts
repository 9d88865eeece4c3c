import type * as pulumi from "@pulumi/pulumi";
import { ConfigMap, type Namespace, type Secrets, Web, type WebArgs } from "../../../components";
import type { Environment } from "../../../lib/env";
import { probeOf } from "../../../lib/probe";
import { withContainer } from "../../container";
import type { Context, OpenmlSettings } from "../schema";
import { names, servicePort } from "./names";
import { modes, scalingBehavior } from "./sizes";

/** What distinguishes backend and front end. */
export interface Role extends Omit<WebArgs, "namespace" | "env"> {
  readonly name: "backend" | "frontend";
  readonly settings: Pick<
    OpenmlSettings["backend"],
    "replicas" | "autoscaling" | "placement" | "probe" | "container"
  >;
  readonly environment: Environment;
  /** More of its environment, kept in a ConfigMap. */
  readonly config: Readonly<Record<string, string>>;
  /** The values of `secretEnv`. */
  readonly containerSecrets: Secrets | undefined;
  /** What must exist before it starts. @default - nothing */
  readonly dependsOn?: readonly pulumi.Resource[];
}

/** What backend and front end have in common. */
export function createWeb(
  context: Context,
  namespace: Namespace,
  role: Role,
  parent: pulumi.Resource,
): Web {
  const {
    settings: own,
    environment,
    config: _config,
    dependsOn = [],
    containerSecrets,
    ...rest
  } = role;
  const { replicas, autoscaling, placement, probe, container } = own;
  const { startup, readiness, liveness } = modes[context.settings.mode].probes;
  const target = probeOf(probe);
  const args: WebArgs = {
    ...rest,
    namespace,
    name: names[role.name],
    servicePort,
    replicas,
    ...(autoscaling && { autoscaling: { behavior: scalingBehavior, ...autoscaling } }),
    placement,
    imagePullSecrets: context.settings.imagePullSecrets,
    // Both write beside their code.
    readOnlyRootFilesystem: false,
    env: { ...environment, ...createConfig(context, namespace, role, parent) },
    ...(startup && !rest.startupProbe && { startupProbe: { ...target, ...startup } }),
    readinessProbe: { ...target, ...readiness },
    livenessProbe: { ...target, ...liveness },
  };
  return new Web(`${context.name}-${role.name}`, withContainer(args, container, containerSecrets), {
    parent,
    dependsOn: [...dependsOn],
  });
}

/** The ConfigMap of a role's variables, and the references to them. */
function createConfig(
  { name }: Context,
  namespace: Namespace,
  { name: role, config: data }: Role,
  parent: pulumi.Resource,
): Environment {
  if (Object.keys(data).length === 0) return {};
  const config = new ConfigMap(
    `${name}-${role}-config`,
    { namespace, name: `${names[role]}-config`, data },
    { parent },
  );
  return config.refs();
}
