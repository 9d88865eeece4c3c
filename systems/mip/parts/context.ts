import type { Namespace, StorageArgs } from "../../../components";
import type { SystemContext } from "../../system";
import type { MipSettings } from "../schema";
import type { Cluster, Place, VolumeShape } from "./cluster";
import type { FederationSettings } from "./federationSettings";
import { secretKeys } from "./names";

export type Context = SystemContext<MipSettings>;

/** What every part of a federation is built from. `name` is the prefix of the federation's resources. */
export interface FederationContext extends Context {
  readonly federation: FederationSettings;
  readonly cluster: Cluster;
  readonly namespace: Namespace;
}

/** What all pods at a place have in common. */
export function podBasics({ namespace, settings, cluster }: FederationContext, place: Place) {
  return {
    namespace,
    imagePullSecrets: settings.imagePullSecrets,
    placement: cluster.placement(place),
  };
}

/** A volume's arguments. `name` is the name of its claim. */
export function volumeArgs(
  { stackSettings, namespace }: FederationContext,
  name: string,
  shape: VolumeShape,
): StorageArgs {
  return { ...shape, namespace, name, retain: stackSettings.protectData };
}

/** One of a federation's own secrets. */
export function secretOf(
  { secret, federation }: FederationContext,
  name: keyof ReturnType<typeof secretKeys>,
) {
  return secret(secretKeys(federation.name)[name]);
}
