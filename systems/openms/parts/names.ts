/** Names of OpenMS' objects. */
export const names = {
  web: "web",
  worker: "worker",
  redis: "redis",
  cleanUp: "clean-up-workspaces",
  workspaces: "workspaces",
  config: "openms-config",
} as const;

export const ports = { web: 8501, redis: 6379 } as const;

/** Where the image expects the shared volume. */
export const workspacesDir = "/workspaces-streamlit-template";

/** rq's queue; the image's worker takes jobs from it. */
export const queue = "openms-workflows";

/** The web server's health endpoint, which Streamlit serves. */
export const healthPath = "/_stcore/health";
