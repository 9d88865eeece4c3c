import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { awaitCondition } from "../lib/await";
import { digest, keyedDigest } from "../lib/digest";
import type { KeyReference } from "../lib/env";
import type { Mountable, Source } from "../lib/pod";
import { problemsOf, refuse } from "../lib/problems";
import { ruleCheck, secretName as secretNameRule } from "../lib/rules";
import {
  externalSecretSpec,
  namespaceWide,
  sealedSecretSpec,
  templateText,
} from "../lib/secretSource";
import type { Namespace } from "./namespace";

export interface SecretsArgs {
  readonly namespace: Namespace;
  /** Name of the Secret. @default - the component's name */
  readonly name?: string;
  /** Values by key. All of them are treated as secret, marked or not. */
  readonly data: Readonly<Record<string, pulumi.Input<string>>>;
  /** The stack's digest key, for the annotation that rolls pods. */
  readonly digestKey: pulumi.Input<string>;
  /** Kubernetes' type of Secret. @default Opaque */
  readonly type?: string | undefined;
}

/** The name of the Secret, and the digest that rolls its pods if the program knows the values. */
interface Kept {
  readonly name: pulumi.Input<string>;
  readonly digest?: pulumi.Output<string>;
}

/** The custom resource of an operator, and the condition that tells that the Secret exists. */
interface Operator {
  readonly apiVersion: string;
  readonly kind: string;
  readonly condition: string;
  readonly annotations: Readonly<Record<string, string>>;
}

const operators = {
  external: {
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    condition: "Ready",
    annotations: {},
  },
  sealed: {
    apiVersion: "bitnami.com/v1alpha1",
    kind: "SealedSecret",
    condition: "Synced",
    annotations: namespaceWide,
  },
} as const;

/**
 * A Secret. A change of its data rolls the pods that use it. Depending on the namespace's `secretSource`
 * it is an ExternalSecret or a SealedSecret that becomes that Secret, or the name of an existing one.
 *
 * @example new Secrets("openms-redis-auth", { namespace, data: { password }, digestKey })
 */
export class Secrets extends pulumi.ComponentResource implements Mountable {
  readonly volumeName: string;
  readonly volumeSource: Mountable["volumeSource"];
  readonly source: Source;
  /** Name of the Secret; plain where somebody else makes it. */
  readonly secretName: pulumi.Input<string>;
  private readonly keys: readonly string[];

  constructor(name: string, args: SecretsArgs, opts?: pulumi.ComponentResourceOptions) {
    const keys = Object.keys(args.data);
    refuse(
      "Secrets",
      problemsOf(ruleCheck("name", args.name ?? name, secretNameRule), [
        keys.length === 0,
        "data",
        "is empty; a Secret needs at least one key",
      ]),
    );
    super("stackberth:components:Secrets", name, {}, opts);
    this.keys = keys;
    this.volumeName = args.name ?? name;
    const kept = this.keep(name, this.volumeName, args);
    this.secretName = kept.name;
    this.source = { sourceName: this.volumeName, ...(kept.digest && { digest: kept.digest }) };
    this.volumeSource = { secret: { secretName: this.secretName } };
    this.registerOutputs({ name: this.secretName });
  }

  /**
   * An environment variable's value from one key.
   * @throws pulumi.InputPropertyError if the Secret has no such key.
   */
  ref(key: string): KeyReference {
    refuse(
      "Secrets",
      problemsOf([
        !this.keys.includes(key),
        "key",
        `"${key}" is not in the Secret; must be one of ${this.keys.join(", ")}`,
      ]),
    );
    return {
      source: this.source,
      valueFrom: { secretKeyRef: { name: this.secretName, key } },
    };
  }

  private keep(name: string, objectName: string, args: SecretsArgs): Kept {
    const { namespace, type } = args;
    const source = namespace.secretSource;
    switch (source.type) {
      case "values": {
        const stringData = pulumi.secret(args.data);
        const metadata = namespace.metadata(objectName);
        const { metadata: made } = new k8s.core.v1.Secret(
          name,
          { metadata, ...(type !== undefined && { type }), stringData },
          { parent: this },
        );
        const keyed = pulumi
          .all([args.digestKey, stringData])
          .apply(([key, data]) => keyedDigest(key, data));
        // A keyed digest reveals nothing without its key; as a secret it would hide the whole pod template.
        return { name: made.name, digest: pulumi.unsecret(keyed) };
      }
      case "existing":
        return { name: objectName };
      case "external": {
        const spec = templates(objectName, args.data).apply((texts) =>
          externalSecretSpec(objectName, type, texts, source),
        );
        return { name: this.ask(operators.external, name, objectName, namespace, spec) };
      }
      case "sealed": {
        const spec = templates(objectName, args.data).apply((texts) =>
          sealedSecretSpec(type, texts, source),
        );
        const made = this.ask(operators.sealed, name, objectName, namespace, spec);
        // The same value sealed again is a different text, so this rolls pods after every sealing.
        return { name: made, digest: spec.apply(digest) };
      }
    }
  }

  /** Creates an operator's object, which becomes the Secret with its name. @returns The name. */
  private ask(
    { apiVersion, kind, condition, annotations }: Operator,
    name: string,
    objectName: string,
    namespace: Namespace,
    spec: pulumi.Input<object>,
  ): pulumi.Output<string> {
    const metadata = {
      ...namespace.metadata(objectName),
      annotations: { ...annotations, ...awaitCondition(condition, namespace.deadlineSeconds) },
    };
    const args = { apiVersion, kind, metadata, spec };
    return new k8s.apiextensions.CustomResource(name, args, { parent: this }).metadata.name;
  }
}

/** The data as texts for templates; none of them is secret. */
function templates(
  objectName: string,
  data: SecretsArgs["data"],
): pulumi.Output<Record<string, string>> {
  const entries = Object.entries(data).map(([key, input]) => {
    const value = pulumi.output(input);
    const place = `Secret ${objectName}, key ${key}`;
    return pulumi
      .all([value, pulumi.isSecret(value)])
      .apply(([text, isSecret]) => [key, templateText(place, text, isSecret)] as const);
  });
  return pulumi.unsecret(pulumi.all(entries).apply((each) => Object.fromEntries(each)));
}
