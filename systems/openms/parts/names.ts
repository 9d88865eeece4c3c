/** Names of OpenMS' objects. */
export const names = {
  web: "web",
  worker: "worker",
  redis: "redis",
  cleanUp: "clean-up-workspaces",
  workspaces: "workspaces",
  nfsServer: "nfs-server",
  config: "openms-config",
} as const;

export const ports = { web: 8501, redis: 6379 } as const;

/** Where the image has the app; it starts there. */
export const appFolder = "/app";

/** Where the pods see the stack's values for the app's files, and the scripts that lay them over those. */
export const filesFolder = "/etc/openms";

/** Where the demo workspaces are; the clean-up leaves folders alone whose names start with a dot. */
export const demosOf = (mountPath: string): string => `${mountPath}/.demos`;

/** rq's queue; the image's worker takes jobs from it. */
export const queue = "openms-workflows";

/** The web server's health endpoint, which Streamlit serves. */
export const healthPath = "/_stcore/health";
