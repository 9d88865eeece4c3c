import { managedSite } from "./managed";
import type { MipSettings } from "./schema";
import type { Site } from "./site";
import { unmanagedSite } from "./unmanaged";

/** Each federation in the kind of cluster that the stack says it has. */
export function sitesOf(settings: MipSettings): readonly Site[] {
  return settings.managedCluster
    ? settings.federations.map((federation) => managedSite(settings, federation))
    : settings.federations.map((federation) => unmanagedSite(settings, federation));
}
