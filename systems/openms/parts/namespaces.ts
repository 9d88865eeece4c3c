import type { PlainSettings } from "../../system";
import type { OpenmsSettings } from "../schema";

/** The namespace of the NFS server. */
export const nfsNamespaceOf = ({ namespace }: Pick<OpenmsSettings, "namespace">): string =>
  `${namespace}-nfs`;

/** Its namespaces, by the path of the setting that asks for each. */
export function namespacesOf(settings: OpenmsSettings): Record<string, string> {
  const { namespace, workspaces } = settings;
  return {
    namespace,
    ...(workspaces.nfsServer && { "workspaces.nfsServer": nfsNamespaceOf(settings) }),
  };
}

/** The same settings for a review, whose volume one node mounts: the address of the NFS server is taken. */
export function inNamespaces(
  settings: PlainSettings,
  own: (name: string) => string,
): PlainSettings {
  const { nfsServer, ...workspaces } = (settings["workspaces"] ?? {}) as PlainSettings;
  return {
    ...settings,
    namespace: own("openms"),
    ...(nfsServer !== undefined && {
      workspaces: { ...workspaces, accessMode: "ReadWriteOnce" },
    }),
  };
}
