/** Settings that are right. */
export const good = {
  image: "registry.example.org/openms-app:1.0.0",
  exposure: { type: "ingress", hosts: ["openms.example.org"] },
};
