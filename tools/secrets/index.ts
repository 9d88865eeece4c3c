export { secretsCommand, type SecretsDeps } from "./command";
export {
  flawOf,
  generate,
  type SecretDeclaration,
  type SecretKind,
} from "../../config/secretDeclaration";
export type { Keeping } from "./keeping";
export { CiphertextError, SecretsError, WrongPassphraseError } from "../../config/secretsError";
export { openStack, type OpenStack, type StackAccess } from "./openStack";
export { Crypter, findPassphrase, type FoundPassphrase } from "./passphrase";
export { isSealed, seal, sealingKey } from "../../lib/seal";
export { readConfig, type StackConfig, StackFile } from "./stackFile";
export { randomCharacters } from "../../lib/random";
