import * as pulumi from "@pulumi/pulumi";
import { goTemplate, hasPlaceholder, secretKeys, wholeSecret } from "./secretText";

/** A place in a store of secrets. */
export interface RemoteRef {
  readonly key: string;
  /** One of several values that the place holds. @default - the whole */
  readonly property?: string | undefined;
}

/** How the Secrets of a namespace come to be. */
export type SecretSource =
  /** They are created with the values that the stack knows. */
  | { readonly type: "values" }
  /** Somebody else keeps them. */
  | { readonly type: "existing" }
  /** The External Secrets operator copies them from a store. */
  | {
      readonly type: "external";
      readonly store: {
        readonly name: string;
        readonly kind: "SecretStore" | "ClusterSecretStore";
      };
      /** A duration such as 1h. */
      readonly refreshInterval: string;
      readonly remoteRef: (key: string) => RemoteRef;
    }
  /** The Sealed Secrets controller decrypts them. */
  | {
      readonly type: "sealed";
      /** A secret as the controller's certificate encrypts it for the whole of the namespace. */
      readonly sealed: (key: string) => string;
    };

/**
 * A text that may stand in an object everybody can read.
 * @throws pulumi.RunError for a secret with its value in it; the message does not show it.
 */
export function templateText(place: string, text: string, isSecret: boolean): string {
  if (!isSecret || text === "" || hasPlaceholder(text)) return text;
  throw new pulumi.RunError(
    `${place}: its value cannot be composed by the cluster, where secretsMode leaves secrets to it; ` +
      "compose it with the functions of lib/secretText.ts",
  );
}

/**
 * A secret for what takes it in clear, such as a Helm chart: never nothing, never a placeholder.
 * @throws pulumi.RunError where the program does not know it.
 */
export function knownText(place: string, text: string): string {
  if (text !== "" && !hasPlaceholder(text)) return text;
  throw new pulumi.RunError(
    `${place}: its value is needed in clear and is not known here; set secretsMode to config or generated`,
  );
}

type Texts = Readonly<Record<string, string>>;

const mapped = (texts: Texts, change: (text: string) => string): Record<string, string> =>
  Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, change(text)]));

const keysOf = (texts: Texts): string[] =>
  [...new Set(Object.values(texts).flatMap(secretKeys))].sort();

/** An ExternalSecret's specification: the same Secret, its keys composed from what the store has. */
export function externalSecretSpec(
  name: string,
  type: string | undefined,
  texts: Texts,
  { store, refreshInterval, remoteRef }: Extract<SecretSource, { type: "external" }>,
) {
  return {
    refreshInterval,
    secretStoreRef: { name: store.name, kind: store.kind },
    target: {
      name,
      // With a template the Secret does not get our labels, and is the operator's alone.
      template: {
        engineVersion: "v2",
        ...(type !== undefined && { type }),
        data: mapped(texts, goTemplate),
      },
    },
    data: keysOf(texts).map((key) => {
      const { key: remoteKey, property } = remoteRef(key);
      const ref = { key: remoteKey, ...(property !== undefined && { property }) };
      return { secretKey: key, remoteRef: ref };
    }),
  };
}

/** By it the controller knows that a value may be used in any Secret of its namespace. */
export const namespaceWide = { "sealedsecrets.bitnami.com/namespace-wide": "true" };

/**
 * A SealedSecret's specification. A key that is one secret is that secret, sealed; others are composed
 * from secrets that stand in the Secret as well, under their own keys.
 */
export function sealedSecretSpec(
  type: string | undefined,
  texts: Texts,
  { sealed }: Extract<SecretSource, { type: "sealed" }>,
) {
  const whole: Record<string, string> = {};
  const composed: Record<string, string> = {};
  for (const [key, text] of Object.entries(texts)) {
    const secret = wholeSecret(text);
    if (secret === undefined) composed[key] = text;
    else whole[key] = sealed(secret);
  }
  const parts = Object.fromEntries(keysOf(composed).map((key) => [key, sealed(key)]));
  return {
    encryptedData: { ...parts, ...whole },
    template: {
      metadata: { annotations: namespaceWide },
      ...(type !== undefined && { type }),
      ...(Object.keys(composed).length > 0 && { data: mapped(composed, goTemplate) }),
    },
  };
}
