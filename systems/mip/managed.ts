import { namespaceOf } from "./namespaces";
import type { ManagedFederation, ManagedSettings } from "./schema";
import type { Site } from "./site";

/** AKS, EKS, GKE: claims of a class, ClusterIP behind an ingress, any node. */
export function managedSite(settings: ManagedSettings, federation: ManagedFederation): Site {
  const { volumes, storageClassName, dataAccessMode } = settings;
  const { exposure } = federation;
  return {
    federation,
    namespace: namespaceOf(federation),
    placement: () => ({ tolerationSeconds: settings.tolerationSeconds }),
    sharedVolume: (volume) => ({
      size: volumes[volume],
      storageClassName,
      // The controller may start elsewhere while its lost node still holds the volume.
      accessMode: volume === "cleanup" ? dataAccessMode : "ReadWriteOnce",
    }),
    csvs: () => ({ size: volumes.csvs, storageClassName, accessMode: dataAccessMode }),
    db: undefined,
    credentials: undefined,
    frontend: {
      // The portal's own start page.
      exposure: exposure.type === "ingress" ? { ...exposure, rootRedirect: "/home" } : exposure,
    },
    controllerNodePort: undefined,
    publicUrl: federation.publicUrl ?? addressOf(exposure),
    nodeLabels: {},
  };
}

function addressOf(exposure: ManagedFederation["exposure"]): string {
  if (exposure.type !== "ingress") return "http://localhost";
  const scheme = exposure.tls.mode === "none" ? "http" : "https";
  return `${scheme}://${exposure.hosts[0]}`;
}
