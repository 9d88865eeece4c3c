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
  /** Values by key; a mounted ConfigMap has a file for each key. Never put a secret here. */
  readonly data: Readonly<Record<string, string>>;
}

/**
 * A ConfigMap. A change of its data rolls the pods that use it.
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
    const bytes = Object.values(args.data).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    const badKeys = Object.keys(args.data).filter((key) => !/^[-._a-zA-Z0-9]{1,253}$/.test(key));
    refuse(
      "ConfigMap",
      problemsOf(
        [
          bytes > 1048576,
          "data",
          `of ${args.name ?? name} is ${bytes} bytes long; a ConfigMap holds at most 1048576`,
        ],
        [
          badKeys.length > 0,
          "data",
          `has the key "${badKeys[0]}"; use letters, digits, "-", "." and "_", at most 253`,
        ],
      ),
    );
    super(
      "stackberth:components:ConfigMap",
      name,
      {},
      // Its former type: keeps the objects of a live stack.
      pulumi.mergeOptions(opts, { aliases: [{ type: "stackberth:components:Settings" }] }),
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
      problemsOf([
        !this.keys.has(key),
        "key",
        `"${key}" is not in the ConfigMap; must be one of ${[...this.keys].join(", ")}`,
      ]),
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
