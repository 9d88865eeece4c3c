import * as pulumi from "@pulumi/pulumi";
import { checkedConfig, loginConfig } from "../lib/dockerConfig";
import type { Namespace } from "./namespace";
import { Secrets } from "./secrets";

/** How to log in to an image registry. */
export type RegistryCredentials =
  | {
      /** For example registry.example.org, or https://index.docker.io/v1/ for Docker Hub. */
      readonly server: string;
      readonly username: string;
      readonly password: pulumi.Input<string>;
    }
  /** A complete `config.json` with `auths`, as `docker login` writes it. */
  | { readonly dockerConfigJson: pulumi.Input<string> };

export interface RegistrySecretArgs {
  readonly namespace: Namespace;
  /** Name of the Secret. @default - the component's name */
  readonly name?: string;
  readonly credentials: RegistryCredentials;
  /** The stack's digest key; see Secrets. */
  readonly digestKey: pulumi.Input<string>;
}

/**
 * A Secret with which nodes pull images from a private registry; list its name in a pod's
 * `imagePullSecrets`.
 *
 * @example new RegistrySecret("registry", { namespace, credentials: { server, username, password }, digestKey })
 */
export class RegistrySecret extends pulumi.ComponentResource {
  /** Name of the Secret, as plain text. */
  readonly plainName: string;

  /** @throws pulumi.RunError if `dockerConfigJson` is not JSON with `auths`. */
  constructor(name: string, args: RegistrySecretArgs, opts?: pulumi.ComponentResourceOptions) {
    super("stackberth:components:RegistrySecret", name, {}, opts);
    const { credentials, ...secret } = args;
    this.plainName = args.name ?? name;
    new Secrets(
      name,
      {
        ...secret,
        type: "kubernetes.io/dockerconfigjson",
        data: {
          ".dockerconfigjson":
            "dockerConfigJson" in credentials
              ? pulumi.secret(credentials.dockerConfigJson).apply(checkedConfig)
              : pulumi
                  .secret(credentials.password)
                  .apply((text) => loginConfig(credentials.server, credentials.username, text)),
        },
      },
      { parent: this },
    );
    this.registerOutputs({ name: this.plainName });
  }
}
