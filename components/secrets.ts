import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { keyedDigest } from "../lib/digest";
import type { KeyReference } from "../lib/env";
import type { Mountable, Source } from "../lib/pod";
import { problemsOf, refuse } from "../lib/problems";
import type { Namespace } from "./namespace";

export interface SecretsArgs {
  readonly namespace: Namespace;
  /** Name of the Secret. @default - the component's name */
  readonly name?: string;
  /** Secret texts by key. Each becomes secret here, whether or not it was marked. */
  readonly data: Readonly<Record<string, pulumi.Input<string>>>;
  /** The stack's digest key: the annotation that rolls pods is keyed with it. */
  readonly digestKey: pulumi.Input<string>;
  /** Use this Secret, which somebody else keeps, and create none. @default - create one */
  readonly existing?: string | undefined;
  /** Kubernetes' type of Secret. @default Opaque */
  readonly type?: string | undefined;
}

/**
 * A Secret that rolls the pods which use it, or the name of one that exists.
 *
 * @example new Secrets("openms-redis-auth", { namespace, data: { password }, digestKey })
 */
export class Secrets extends pulumi.ComponentResource implements Mountable {
  readonly volumeName: string;
  readonly volumeSource: Mountable["volumeSource"];
  readonly source: Source;
  /** Name of the Secret. */
  readonly secretName: pulumi.Output<string>;
  private readonly keys: readonly string[];

  constructor(name: string, args: SecretsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("stackberth:components:Secrets", name, {}, opts);
    this.keys = Object.keys(args.data);
    refuse(
      "Secrets",
      problemsOf([this.keys.length === 0, "data", "is empty; a Secret needs at least one key"]),
    );
    const objectName = args.existing ?? args.name ?? name;
    this.volumeName = args.name ?? name;
    if (args.existing === undefined) {
      const stringData = pulumi.secret(args.data);
      const secret = new k8s.core.v1.Secret(
        name,
        {
          metadata: args.namespace.metadata(objectName),
          ...(args.type !== undefined && { type: args.type }),
          stringData,
        },
        { parent: this },
      );
      this.secretName = secret.metadata.name;
      const keyed = pulumi
        .all([args.digestKey, stringData])
        .apply(([key, data]) => keyedDigest(key, data));
      // The digest is no secret: without its key it tells nothing, and a secret here would hide the pod.
      this.source = { sourceName: this.volumeName, digest: pulumi.unsecret(keyed) };
    } else {
      this.secretName = pulumi.output(objectName);
      this.source = { sourceName: this.volumeName };
    }
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
      problemsOf([!this.keys.includes(key), "key", `"${key}" is none of ${this.keys.join(", ")}`]),
    );
    return {
      source: this.source,
      valueFrom: { secretKeyRef: { name: this.secretName, key } },
    };
  }
}
