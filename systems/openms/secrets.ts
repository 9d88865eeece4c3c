import type { SecretDeclaration } from "../../config/secretDeclaration";
import { containerSecrets, type ContainerSettings } from "../container";
import type { OpenmsSettings } from "./schema";

const own: readonly SecretDeclaration[] = [
  {
    key: "openmsRedisPassword",
    kind: "alphanumeric",
    length: 32,
    usedIn: "Secret redis-auth, keys password and url",
    description: "Password of the job queue.",
  },
  {
    key: "openmsAdminPassword",
    kind: "password",
    length: 24,
    usedIn: "Secret streamlit-secrets, key secrets.toml",
    description: "Password of the app's administrator, for example for saving a demo workspace.",
  },
];

/** The settings of the app's containers. */
export const containersOf = ({
  web,
  worker,
  cleanUp,
}: OpenmsSettings): readonly ContainerSettings[] => [
  web.container,
  worker.container,
  cleanUp.container,
];

/** The secrets of OpenMS. */
export function openmsSecrets(settings: OpenmsSettings): readonly SecretDeclaration[] {
  return [...own, ...containerSecrets("openms", containersOf(settings), own)];
}
