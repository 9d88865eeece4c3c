export { secretsCommand, type SecretsDeps } from "./command";
export { flawOf, generate, type SecretDeclaration, type SecretKind } from "./declaration";
export type { Keeping } from "./keeping";
export { CiphertextError, SecretsError, WrongPassphraseError } from "./errors";
export { openStack, type OpenStack, type StackAccess } from "./openStack";
export { Crypter, findPassphrase, type FoundPassphrase } from "./passphrase";
export { isSealed, seal, sealingKey } from "./seal";
export { readConfig, type StackConfig, StackFile } from "./stackFile";
export { randomCharacters } from "./random";
