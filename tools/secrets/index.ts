export { secretsCommand, type SecretsDeps } from "./command";
export type { Keeping } from "./keeping";
export { ConfigStore } from "./store";
