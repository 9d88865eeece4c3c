import * as pulumi from "@pulumi/pulumi";
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
  /** The whole of a `config.json` as `docker login` writes it, with its `auths`. */
  | { readonly dockerConfigJson: pulumi.Input<string> };

export interface RegistrySecretArgs {
  readonly namespace: Namespace;
  /** Name of the Secret. @default - the component's name */
  readonly name?: string;
  readonly credentials: RegistryCredentials;
  /** See Secrets. */
  readonly digestKey: pulumi.Input<string>;
  /** Use this Secret, which somebody else keeps, and create none. @default - create one */
  readonly existing?: string | undefined;
}

/**
 * A Secret by which nodes pull images from a registry that asks who they are; its name goes into a
 * pod's `imagePullSecrets`.
 *
 * @example new RegistrySecret("registry", { namespace, credentials: { server, username, password }, digestKey })
 */
export class RegistrySecret extends pulumi.ComponentResource {
  /** Name of the Secret, as plain text. */
  readonly plainName: string;

  /** @throws pulumi.RunError if the whole `config.json` is none. */
  constructor(name: string, args: RegistrySecretArgs, opts?: pulumi.ComponentResourceOptions) {
    super("stackberth:components:RegistrySecret", name, {}, opts);
    const { credentials, ...secret } = args;
    this.plainName = args.existing ?? args.name ?? name;
    new Secrets(
      name,
      {
        ...secret,
        type: "kubernetes.io/dockerconfigjson",
        data: {
          ".dockerconfigjson":
            "dockerConfigJson" in credentials
              ? pulumi.secret(credentials.dockerConfigJson).apply(checkedConfig)
              : loginConfig(credentials),
        },
      },
      { parent: this },
    );
    this.registerOutputs({ name: this.plainName });
  }
}

type Login = Extract<RegistryCredentials, { server: string }>;

function loginConfig({ server, username, password }: Login): pulumi.Output<string> {
  return pulumi.secret(password).apply((text) => {
    const auth = Buffer.from(`${username}:${text}`).toString("base64");
    return JSON.stringify({ auths: { [server]: { username, password: text, auth } } });
  });
}

/** What the API server would refuse with a message that shows it, refused without showing it. */
function checkedConfig(text: string): string {
  const problem =
    'the registry\'s config.json is no JSON with "auths", as `docker login` writes it to ~/.docker/config.json';
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch {
    throw new pulumi.RunError(problem);
  }
  if (typeof config !== "object" || config === null || !("auths" in config)) {
    throw new pulumi.RunError(problem);
  }
  return text;
}
