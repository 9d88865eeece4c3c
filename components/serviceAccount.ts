import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Identity } from "../lib/pod";
import type { Namespace } from "./namespace";

export interface ServiceAccountArgs {
  readonly namespace: Namespace;
  /** Name of the account; `default` takes the namespace's own in hand. @default - the component's name */
  readonly name?: string;
}

/**
 * An account without rights, whose pods get no token. One with rights is an Rbac.
 *
 * @example new ServiceAccount("runners", { namespace, name: "runner-sa" })
 */
export class ServiceAccount extends pulumi.ComponentResource implements Identity {
  readonly serviceAccountName: pulumi.Output<string>;
  readonly hasToken = false;

  constructor(name: string, args: ServiceAccountArgs, opts?: pulumi.ComponentResourceOptions) {
    super("stackberth:components:ServiceAccount", name, {}, opts);
    const accountName = args.name ?? name;
    const account = new k8s.core.v1.ServiceAccount(
      name,
      {
        metadata: args.namespace.metadata(accountName),
        automountServiceAccountToken: false,
      },
      // The cluster makes that of a namespace anew at once: a provider that deletes it waits in vain.
      { parent: this, retainOnDelete: accountName === "default" },
    );
    this.serviceAccountName = account.metadata.name;
    this.registerOutputs({ serviceAccountName: this.serviceAccountName });
  }
}
