import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ParsedStack } from "./parse";
import { digestKeyDeclaration } from "../config/secretDeclaration";
import { secretLookup, secretSource } from "./secretValues";
import { formatCapacity } from "../lib/capacity";
import { expiresAnnotation } from "../lib/labels";
import { systems } from "../systems";
import type { Deployed } from "../systems/system";

/** What a stack tells of itself. Each is by system. */
export interface StackOutputs {
  readonly urls: Readonly<Record<string, pulumi.Output<string[]>>>;
  readonly namespaces: Readonly<Record<string, pulumi.Output<string | string[]>>>;
  readonly capacity: Readonly<Record<string, Readonly<Record<string, string | number>>>>;
  /** The commands an operator needs, by what they are for. */
  readonly runbook: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** The one provider of a stack; nothing is left to the ambient one. */
function clusterProvider({ settings }: ParsedStack): k8s.Provider {
  const config = new pulumi.Config("kubernetes");
  const context = config.get("context");
  const kubeconfig = config.getSecret("kubeconfig");
  return new k8s.Provider("cluster", {
    ...(context !== undefined && { context }),
    ...(kubeconfig && { kubeconfig }),
    // What makes it the same cluster: else a changed address would replace the provider and all under it.
    clusterIdentifier: settings.clusterIdentifier || pulumi.getStack(),
    // An `up` that was killed leaves objects the state does not know: the next one takes them over.
    upsertExistingObjects: true,
    // What somebody changed by hand is set right, rather than failing as a conflict.
    enablePatchForce: true,
    // Names are fixed, so data changes in place; digests on the pods roll them.
    enableConfigMapMutable: true,
    enableSecretMutable: true,
    // The default rate makes large stacks wait on the client itself.
    kubeClientSettings: { qps: 100, burst: 200 },
  });
}

/** Says on every namespace when the stack ends, so that nobody needs its file to know. */
function expiring(expires: string): pulumi.ResourceTransformation {
  return ({ type, props, opts }) => {
    if (type !== "kubernetes:core/v1:Namespace") return undefined;
    const { metadata } = props as k8s.core.v1.NamespaceArgs;
    const annotated = pulumi.output(metadata).apply((given) => ({
      ...given,
      annotations: { ...given?.annotations, [expiresAnnotation]: expires },
    }));
    return { props: { ...props, metadata: annotated }, opts };
  };
}

/** Deploys every system that the stack lists. */
export function deploySystems(stack: ParsedStack): StackOutputs {
  const provider = clusterProvider(stack);
  const { expires } = stack.settings;
  const secret = secretLookup(stack);
  const deployed = Object.entries(stack.systems).map(([name, settings]): [string, Deployed] => {
    const system = systems[name];
    if (!system) throw new RangeError(`no system is called ${name}`);
    return [
      name,
      system.deploy(
        {
          name,
          stack: pulumi.getStack(),
          stackSettings: stack.settings,
          settings,
          secret,
          secretSource: secretSource(stack),
          digestKey: secret(digestKeyDeclaration.key),
        },
        { provider, transformations: expires === "" ? [] : [expiring(expires)] },
      ),
    ];
  });
  const each = <T>(pick: (of: Deployed) => T): Record<string, T> =>
    Object.fromEntries(deployed.map(([name, of]) => [name, pick(of)]));
  return {
    urls: each(({ urls }) => urls),
    namespaces: each(({ namespace }) => namespace),
    capacity: each(({ capacity }) => formatCapacity(capacity)),
    runbook: each(({ runbook }) =>
      Object.fromEntries(runbook.map(({ title, command }) => [title, command])),
    ),
  };
}
