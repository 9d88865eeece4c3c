/** A problem with secrets that the user can mend; its message names the file or key and the cure. */
export class SecretsError extends Error {
  override readonly name: string = "SecretsError";
}

/** The passphrase does not belong to the stack's `encryptionsalt`. */
export class WrongPassphraseError extends SecretsError {
  override readonly name: string = "WrongPassphraseError";
}

/** An encrypted value is malformed, altered, or was made with another key. */
export class CiphertextError extends SecretsError {
  override readonly name: string = "CiphertextError";
}
