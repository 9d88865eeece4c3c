import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { digest } from "../lib/digest";
import type { KeyReference } from "../lib/env";
import type { Mountable, Source } from "../lib/pod";
import { problemsOf, refuse } from "../lib/problems";
import type { Namespace } from "./namespace";

export interface ConfigMapArgs {
  readonly namespace: Namespace;
  /** Name of the ConfigMap. @default - the component's name */
  readonly name?: string;
  /** Texts by key; a key is a file's name when the ConfigMap is mounted. Never put a secret here. */
  readonly data: Readonly<Record<string, string>>;
}

/**
 * A ConfigMap that rolls the pods which use it.
 *
 * @example new ConfigMap("openms-config", { namespace, data: { "settings.json": text } })
 */
export class ConfigMap extends pulumi.ComponentResource implements Mountable {
  readonly volumeName: string;
  readonly volumeSource: Mountable["volumeSource"];
  readonly source: Source;
  private readonly keys: ReadonlySet<string>;
  private readonly objectName: pulumi.Output<string>;

  constructor(name: string, args: ConfigMapArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      "stackberth:components:ConfigMap",
      name,
      {},
      // What it was called before: a live stack's objects are kept.
      pulumi.mergeOptions(opts, { aliases: [{ type: "stackberth:components:Settings" }] }),
    );
    const bytes = Object.values(args.data).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    const badKeys = Object.keys(args.data).filter((key) => !/^[-._a-zA-Z0-9]{1,253}$/.test(key));
    refuse(
      "ConfigMap",
      problemsOf(
        [bytes > 1048576, "data", `${bytes} bytes; a ConfigMap holds at most 1048576`],
        [badKeys.length > 0, "data", `key "${badKeys[0]}": only letters, digits, - . and _`],
      ),
    );
    const objectName = args.name ?? name;
    const configMap = new k8s.core.v1.ConfigMap(
      name,
      { metadata: args.namespace.metadata(objectName), data: { ...args.data } },
      { parent: this },
    );
    this.keys = new Set(Object.keys(args.data));
    this.objectName = configMap.metadata.name;
    this.volumeName = objectName;
    this.volumeSource = { configMap: { name: this.objectName } };
    this.source = { sourceName: objectName, digest: digest(args.data) };
    this.registerOutputs({ name: this.objectName });
  }

  /**
   * An environment variable's value from one key.
   * @throws pulumi.InputPropertyError if the ConfigMap has no such key.
   */
  ref(key: string): KeyReference {
    refuse(
      "ConfigMap",
      problemsOf([!this.keys.has(key), "key", `"${key}" is none of ${[...this.keys].join(", ")}`]),
    );
    return {
      source: this.source,
      valueFrom: { configMapKeyRef: { name: this.objectName, key } },
    };
  }

  /** Every key as the environment variable of the same name. */
  refs(): Readonly<Record<string, KeyReference>> {
    return Object.fromEntries([...this.keys].map((key) => [key, this.ref(key)]));
  }
}
