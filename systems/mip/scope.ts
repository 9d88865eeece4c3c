import type { Namespace, StorageArgs } from "../../components";
import type { Placement } from "../../lib/pod";
import type { SystemContext } from "../system";
import type { MipSettings } from "./schema";
import { secretKeys } from "./secrets";
import type { Place, Site, VolumeShape } from "./site";

/** What every part of a federation is built from. */
export interface Scope {
  /** Prefix of its resources. */
  readonly name: string;
  readonly context: SystemContext<MipSettings>;
  readonly settings: MipSettings;
  readonly site: Site;
  readonly namespace: Namespace;
}

/** What all pods of a federation at a place have in common. */
export function podBasics({ settings, site }: Scope, place: Place): PodBasics {
  return {
    imagePullSecrets: settings.imagePullSecrets,
    placement: site.placement(place),
  };
}

interface PodBasics {
  readonly imagePullSecrets: readonly string[];
  readonly placement: Placement;
}

/** A volume's arguments. `name` is its claim's. */
export function volumeArgs(
  { context, namespace }: Scope,
  name: string,
  shape: VolumeShape,
): StorageArgs {
  return { ...shape, namespace, name, retain: context.stackSettings.protectData };
}

/** A federation's own secret. */
export function secretOf({ context, site }: Scope, name: keyof ReturnType<typeof secretKeys>) {
  return context.secret(secretKeys(site.federation.name)[name]);
}
