import * as pulumi from "@pulumi/pulumi";
import { goTemplate, hasPlaceholder, secretKeys, wholeSecret } from "./secretText";

/** Where a store has a secret. */
export interface RemoteRef {
  readonly key: string;
  /** One of several values under the key. @default - the whole */
  readonly property?: string | undefined;
}

/** Who creates the Secrets of a namespace. */
export type SecretSource =
  /** The stack, with values that it knows. */
  | { readonly type: "values" }
  /** Somebody else. */
  | { readonly type: "existing" }
  /** The External Secrets operator, which copies them from a store. */
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
  /** The Sealed Secrets controller, which decrypts them. */
  | {
      readonly type: "sealed";
      /** A secret, encrypted for the whole namespace with the controller's certificate. */
      readonly sealed: (key: string) => string;
    };

/**
 * A text for an object that everybody can read.
 * @throws pulumi.RunError for a text with a secret's value in it; the message does not show the value.
 */
export function templateText(place: string, text: string, isSecret: boolean): string {
  if (!isSecret || text === "" || hasPlaceholder(text)) return text;
  throw new pulumi.RunError(
    `${place}: the cluster cannot compose this value, and with this secretsMode only the cluster knows ` +
      "the secret; compose the value with the functions of lib/secretText.ts",
  );
}

/**
 * A secret that is needed in clear, for example by a Helm chart.
 * @throws pulumi.RunError for an empty one and for a placeholder: the program does not know the secret.
 */
export function knownText(place: string, text: string): string {
  if (text !== "" && !hasPlaceholder(text)) return text;
  throw new pulumi.RunError(
    `${place}: the value is needed in clear, but only the cluster knows it; set secretsMode to config or generated`,
  );
}

type Texts = Readonly<Record<string, string>>;

const mapped = (texts: Texts, change: (text: string) => string): Record<string, string> =>
  Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, change(text)]));

const keysOf = (texts: Texts): string[] =>
  [...new Set(Object.values(texts).flatMap(secretKeys))].sort();

/** The spec of an ExternalSecret, which composes the same Secret from values of the store. */
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

/** Tells the controller that a value may be used in any Secret of its namespace. */
export const namespaceWide = { "sealedsecrets.bitnami.com/namespace-wide": "true" };

/**
 * The spec of a SealedSecret. A key whose text is one secret holds that secret, sealed. Other keys are
 * composed from secrets that the Secret holds as well, under their own keys.
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
