export const backend = { image: "registry.example.org/maps-python-backend:1.0.0" };
export const runner = { image: "registry.example.org/py-exec:1.0.0" };
/** Settings that are right. */
export const good = { backend, runner };
export const small = { cpu: "1", memory: "1Gi" };
export const large = { cpu: "2", memory: "2Gi" };
