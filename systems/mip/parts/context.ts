import type * as pulumi from "@pulumi/pulumi";
import { type Namespace, type Secrets, Storage } from "../../../components";
import { podField } from "../../../lib/env";
import type { PodArgs } from "../../../lib/pod";
import { withContainer } from "../../container";
import type { SystemContext } from "../../system";
import type { MipSettings } from "../schema";
import type { Cluster, Place, VolumeShape } from "./cluster";
import type { FederationSettings } from "./federationSettings";
import { secretKey, type SecretName } from "./names";

export type Context = SystemContext<MipSettings>;

/** What every part of a federation is built from. `name` is the prefix of the federation's resources. */
export interface FederationContext extends Context {
  readonly federation: FederationSettings;
  readonly cluster: Cluster;
  readonly namespace: Namespace;
  /** The Secret that `secretEnv` refers to. @default - `secretEnv` is not used */
  readonly environment: Secrets | undefined;
}

/** What all pods at a place have in common. */
export function podBasics({ namespace, settings, cluster }: FederationContext, place: Place) {
  return {
    namespace,
    imagePullSecrets: settings.imagePullSecrets,
    placement: cluster.placement(place),
  };
}

/** Keeps the pods of a group on different nodes, unless they may share one. */
export function apart({ cluster }: FederationContext, group: string) {
  const podLabels = { "stackberth.dev/apart": group };
  return { podLabels, ...(!cluster.shareNodes && { podAntiAffinity: podLabels }) };
}

/** What queries call a worker: its node's name, unless it may share the node. */
export const workerName = ({ cluster }: FederationContext) =>
  podField(cluster.shareNodes ? "metadata.name" : "spec.nodeName");

/** The arguments of a role's pod with the stack's changes to its container. */
export function adapted<Args extends PodArgs>(
  { settings, environment }: FederationContext,
  role: keyof MipSettings["containers"],
  args: Args,
): Args {
  return withContainer(args, settings.containers[role], environment);
}

/** A volume, kept where the stack protects data. `name` follows the prefix of the federation's resources. */
export function createVolume(
  context: FederationContext,
  { name, claimName, shape }: { name: string; claimName: string; shape: VolumeShape },
  parent: pulumi.Resource,
): Storage {
  const { namespace, stackSettings } = context;
  return new Storage(
    `${context.name}-${name}`,
    { ...shape, namespace, name: claimName, retain: stackSettings.protectData },
    { parent },
  );
}

/** One of a federation's own secrets. */
export function secretOf(
  { secret, federation }: FederationContext,
  name: SecretName,
): pulumi.Output<string> {
  return secret(secretKey(federation.name, name));
}
