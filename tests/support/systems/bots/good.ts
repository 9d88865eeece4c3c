/** Settings that are right. */
export const good = {
  image: "registry.example.org/edi/bots:4.0.0",
  database: { type: "external", host: "mysql.example.org" },
};
export const publicImage = "ghcr.io/rioncm/bots-edi-k8s:4.0.12";
