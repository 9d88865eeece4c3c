import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { SecretSource } from "../lib/secretSource";
import { placeholder } from "../lib/secretText";
import type { SecretDeclaration } from "../config/secretDeclaration";
import type { ParsedStack } from "./parse";
import { remoteRefOf } from "./secrets";
import type { StackSettings } from "../config/stackSettings";

/** Looks up a declared secret by its key. */
type SecretLookup = (key: string) => pulumi.Output<string>;

type Value = (declaration: SecretDeclaration, settings: StackSettings) => pulumi.Output<string>;

/** A secret's value by mode; a placeholder where only the cluster knows it. */
const values: Readonly<Record<StackSettings["secretsMode"], Value>> = {
  config: fromConfig,
  generated: (declaration) => {
    const { key, kind, length } = declaration;
    const isGiven = new pulumi.Config().get(key) !== undefined;
    if (isGiven || kind === "user") return fromConfig(declaration);
    const ofPassword = { special: true, overrideSpecial: "-_", minSpecial: 1, minUpper: 1 };
    return new random.RandomPassword(
      key,
      {
        // A byte is two characters in hex; letters and digits suit every other kind.
        length: kind === "hex" || kind === "base64" ? 2 * length : length,
        ...(kind === "password"
          ? { ...ofPassword, minLower: 1, minNumeric: 1 }
          : { special: false }),
      },
      // What was generated with letters and digits alone stays.
      { ignoreChanges: ["special", "minLower", "minNumeric", ...Object.keys(ofPassword)] },
    ).result;
  },
  existing: () => pulumi.secret(""),
  external: ({ key, optional }, { secretStore }) =>
    symbolic(key, optional !== true || key in secretStore.remoteRefs),
  sealed: ({ key, optional }) =>
    symbolic(key, optional !== true || new pulumi.Config().get(key) !== undefined),
};

function fromConfig({ key }: SecretDeclaration): pulumi.Output<string> {
  // An optional secret that is not set is empty.
  return new pulumi.Config().getSecret(key) ?? pulumi.secret("");
}

const symbolic = (key: string, isThere: boolean): pulumi.Output<string> =>
  pulumi.output(isThere ? placeholder(key) : "");

/** The stack's secrets; each is generated or read once. */
export function secretLookup({ settings, declarations }: ParsedStack): SecretLookup {
  const found = new Map(
    declarations.map((each) => [each.key, values[settings.secretsMode](each, settings)]),
  );
  return (key) => {
    const value = found.get(key);
    if (!value) throw new RangeError(`secret ${key} is used, but its system does not declare it`);
    return value;
  };
}

const sources: Readonly<
  Record<StackSettings["secretsMode"], (settings: StackSettings) => SecretSource>
> = {
  config: () => ({ type: "values" }),
  generated: () => ({ type: "values" }),
  existing: () => ({ type: "existing" }),
  external: (settings) => ({
    type: "external",
    store: settings.secretStore,
    refreshInterval: settings.secretStore.refreshInterval,
    remoteRef: (key) => remoteRefOf(settings, key),
  }),
  sealed: () => ({ type: "sealed", sealed: (key) => new pulumi.Config().require(key) }),
};

/** Who creates the stack's Secrets. */
export const secretSource = ({ settings }: ParsedStack): SecretSource =>
  sources[settings.secretsMode](settings);
