import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { SecretDeclaration } from "../secrets/declaration";
import type { ParsedStack } from "./parse";

/** Looks up a declared secret by its key. */
export type SecretLookup = (key: string) => pulumi.Output<string>;

/** Every way to come by a secret's value; Secrets that somebody else keeps need none. */
const modes: Readonly<
  Record<
    ParsedStack["settings"]["secretsMode"],
    (declaration: SecretDeclaration) => pulumi.Output<string>
  >
> = {
  config: fromConfig,
  generated: ({ kind, length, ...declaration }) =>
    new pulumi.Config().get(declaration.key) === undefined && kind !== "user"
      ? new random.RandomPassword(declaration.key, {
          // A byte is two characters in hex; every kind may be letters and digits.
          length: kind === "hex" || kind === "base64" ? 2 * length : length,
          special: false,
        }).result
      : fromConfig({ kind, length, ...declaration }),
  existing: () => pulumi.secret(""),
};

function fromConfig({ key }: SecretDeclaration): pulumi.Output<string> {
  // An optional one that is not set is empty.
  return new pulumi.Config().getSecret(key) ?? pulumi.secret("");
}

/** The stack's secrets, each made or read once. */
export function secretLookup({ settings, declarations }: ParsedStack): SecretLookup {
  const values = new Map(
    declarations.map((declaration) => [declaration.key, modes[settings.secretsMode](declaration)]),
  );
  return (key) => {
    const found = values.get(key);
    if (!found) throw new RangeError(`secret ${key} is used but not declared by its system`);
    return found;
  };
}
