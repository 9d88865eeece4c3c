import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { problemsOf, refuse } from "../lib/problems";
import type { Namespace } from "./namespace";

export interface ResourceQuotaArgs {
  readonly namespace: Namespace;
  /** Name of the quota. @default - the component's name */
  readonly name?: string;
  /** Hard limits, for example `{ "limits.cpu": "5" }`; with a scope only pods and their resources. */
  readonly hard: Readonly<Record<string, string>>;
  /**
   * Which pods count: with `Terminating` those that have `activeDeadlineSeconds`, with `NotTerminating`
   * all others. Finished pods never count. @default - everything in the namespace
   */
  readonly scope?: "Terminating" | "NotTerminating";
}

/**
 * A limit on the total resources of a namespace, or of one kind of its pods.
 *
 * @example new ResourceQuota("jobs", { namespace, hard: { pods: "10" }, scope: "Terminating" })
 */
export class ResourceQuota extends pulumi.ComponentResource {
  constructor(name: string, args: ResourceQuotaArgs, opts?: pulumi.ComponentResourceOptions) {
    const { hard, scope } = args;
    const uncounted = Object.keys(hard).find(
      (each) => !/^(pods|(requests|limits)\..+)$/.test(each),
    );
    refuse(
      "ResourceQuota",
      problemsOf(
        [Object.keys(hard).length === 0, "hard", "is empty; set at least one limit"],
        [
          scope !== undefined && uncounted !== undefined,
          "hard",
          `"${uncounted}" cannot be limited with a scope; must be one of pods, requests.* and limits.*`,
        ],
      ),
    );
    super(
      "stackberth:components:ResourceQuota",
      name,
      {},
      // Its former type: keeps the objects of a live stack.
      pulumi.mergeOptions(opts, { aliases: [{ type: "stackberth:components:Quota" }] }),
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
