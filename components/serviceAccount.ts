import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Identity } from "../lib/pod";
import type { Namespace } from "./namespace";

export interface ServiceAccountArgs {
  readonly namespace: Namespace;
  /** Name of the account; `default` adopts the namespace's. @default - the component's name */
  readonly name?: string;
  /** Names of registry Secrets, for its pods that name none. @default - none */
  readonly imagePullSecrets?: readonly string[];
}

/**
 * A ServiceAccount without rights, whose pods get no token. See Rbac for one with rights.
 *
 * @example new ServiceAccount("runners", { namespace, name: "runner-sa" })
 */
export class ServiceAccount extends pulumi.ComponentResource implements Identity {
  readonly serviceAccountName: pulumi.Output<string>;
  readonly hasToken = false;

  constructor(name: string, args: ServiceAccountArgs, opts?: pulumi.ComponentResourceOptions) {
    super("stackberth:components:ServiceAccount", name, {}, opts);
    const { imagePullSecrets = [] } = args;
    const accountName = args.name ?? name;
    const account = new k8s.core.v1.ServiceAccount(
      name,
      {
        metadata: args.namespace.metadata(accountName),
        automountServiceAccountToken: false,
        ...(imagePullSecrets.length > 0 && {
          imagePullSecrets: imagePullSecrets.map((each) => ({ name: each })),
        }),
      },
      // The cluster recreates a namespace's `default` at once, so a delete would wait for ever.
      { parent: this, retainOnDelete: accountName === "default" },
    );
    this.serviceAccountName = account.metadata.name;
    this.registerOutputs({ serviceAccountName: this.serviceAccountName });
  }
}
