import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { problemsOf, refuse } from "../lib/problems";
import type { Namespace } from "./namespace";

export interface ResourceQuotaArgs {
  readonly namespace: Namespace;
  /** Name of the quota. @default - the component's name */
  readonly name?: string;
  /** Hard limits, for example `{ "limits.cpu": "5" }`; under a scope only of pods and what they use. */
  readonly hard: Readonly<Record<string, string>>;
  /**
   * Which pods count: `Terminating` those with an `activeDeadlineSeconds` of their own, `NotTerminating`
   * all others. Finished pods never count. @default - everything in the namespace
   */
  readonly scope?: "Terminating" | "NotTerminating";
}

/**
 * A limit on what a namespace, or one kind of its pods, may use together.
 *
 * @example new ResourceQuota("jobs", { namespace, hard: { pods: "10" }, scope: "Terminating" })
 */
export class ResourceQuota extends pulumi.ComponentResource {
  constructor(name: string, args: ResourceQuotaArgs, opts?: pulumi.ComponentResourceOptions) {
    super(
      "stackberth:components:ResourceQuota",
      name,
      {},
      // What it was called before: a live stack's objects are kept.
      pulumi.mergeOptions(opts, { aliases: [{ type: "stackberth:components:Quota" }] }),
    );
    const { hard, scope } = args;
    const uncounted = Object.keys(hard).find(
      (each) => !/^(pods|(requests|limits)\..+)$/.test(each),
    );
    refuse(
      "ResourceQuota",
      problemsOf(
        [Object.keys(hard).length === 0, "hard", "is empty; nothing would be limited"],
        [
          scope !== undefined && uncounted !== undefined,
          "hard",
          `"${uncounted}" cannot be limited under a scope; allowed: pods, requests.* and limits.*`,
        ],
      ),
    );
    new k8s.core.v1.ResourceQuota(
      name,
      {
        metadata: args.namespace.metadata(args.name ?? name),
        spec: { hard: { ...hard }, ...(scope && { scopes: [scope] }) },
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
