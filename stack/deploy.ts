import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import type { ParsedStack } from "./parse";
import { digestKeyDeclaration } from "../config/secretDeclaration";
import { secretLookup, secretSource } from "./secretValues";
import { formatCapacity } from "../lib/capacity";
import { expiresAnnotation } from "../lib/labels";
import { preflight } from "./preflight";
import { type ClusterConfig, clusterConfig, clusterProvider } from "./provider";
import { systems } from "../systems";
import type { Deployed } from "../systems/system";

/** What a stack tells of itself. Each is by system. */
export interface StackOutputs {
  readonly urls: Readonly<Record<string, pulumi.Output<string[]>>>;
  readonly namespaces: Readonly<Record<string, pulumi.Output<string | string[]>>>;
  readonly capacity: Readonly<Record<string, Readonly<Record<string, string | number>>>>;
}

/** What is to be asked of the cluster before anything changes; under mocks there is none to ask. */
function checks(cluster: ClusterConfig): readonly pulumi.ResourceTransformation[] {
  if (pulumi.runtime.getMonitor() instanceof MockMonitor) return [];
  return [preflight(pulumi.getStack(), pulumi.output(cluster))];
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
  const cluster = clusterConfig();
  const provider = clusterProvider(stack.settings.clusterIdentifier || pulumi.getStack(), cluster);
  const transformations = checks(cluster);
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
        {
          provider,
          transformations: [...transformations, ...(expires === "" ? [] : [expiring(expires)])],
        },
      ),
    ];
  });
  const each = <T>(pick: (of: Deployed) => T): Record<string, T> =>
    Object.fromEntries(deployed.map(([name, of]) => [name, pick(of)]));
  return {
    urls: each(({ urls }) => urls),
    namespaces: each(({ namespace }) => namespace),
    capacity: each(({ capacity }) => formatCapacity(capacity)),
  };
}
