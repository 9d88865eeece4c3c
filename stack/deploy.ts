import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import type { ParsedStack } from "./parse";
import { digestKeyDeclaration } from "../config/secretDeclaration";
import { secretLookup, secretSource } from "./secretValues";
import { formatCapacity } from "../lib/capacity";
import { expiresAnnotation } from "../lib/labels";
import { textAt } from "../lib/objects";
import { deletedWithNamespace } from "../components";
import { preflight } from "./preflight";
import { type ClusterConfig, clusterConfig, clusterProvider } from "./provider";
import { systems } from "../systems";
import type { Deployed } from "../systems/system";

/** The outputs of a stack, each by system. */
interface StackOutputs {
  readonly urls: Readonly<Record<string, pulumi.Output<string[]>>>;
  readonly namespaces: Readonly<Record<string, pulumi.Output<string | string[]>>>;
  readonly capacity: Readonly<Record<string, Readonly<Record<string, string | number>>>>;
}

/** The checks of the cluster before anything changes; none under mocks, where there is no cluster. */
function checks(
  cluster: ClusterConfig,
  settings: ParsedStack["systems"],
): readonly pulumi.ResourceTransformation[] {
  if (pulumi.runtime.getMonitor() instanceof MockMonitor) return [];
  const keys = Object.entries(settings).map(([name, own]) => [
    `${pulumi.getProject()}:${name}`,
    own,
  ]);
  const byKey = Object.fromEntries(keys) as Record<string, unknown>;
  return [preflight(pulumi.getStack(), pulumi.output(cluster), byKey)];
}

/** Annotates every Namespace with the stack's expiry, so that nobody needs the stack's file for it. */
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

/** The level of Pod Security in a system's namespaces. */
const podSecurityOf = (settings: unknown): string => textAt(settings, "podSecurity");

/** Deploys every system that the stack lists. */
export function deploySystems(stack: ParsedStack): StackOutputs {
  const cluster = clusterConfig();
  const provider = clusterProvider(stack.settings.clusterIdentifier || pulumi.getStack(), cluster);
  const transformations = checks(cluster, stack.systems);
  const { expires } = stack.settings;
  const secret = secretLookup(stack);
  const deployed = Object.entries(stack.systems).map(([name, settings]): [string, Deployed] => {
    const system = systems[name];
    if (!system) throw new RangeError(`there is no system ${name}`);
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
          transformations: [
            deletedWithNamespace,
            ...transformations,
            ...(expires === "" ? [] : [expiring(expires)]),
          ],
        },
      ),
    ];
  });
  const each = <T>(pick: (of: Deployed) => T): Record<string, T> =>
    Object.fromEntries(deployed.map(([name, of]) => [name, pick(of)]));
  return {
    urls: each(({ urls }) => urls),
    namespaces: each(({ namespace }) => namespace),
    capacity: Object.fromEntries(
      deployed.map(([name, { capacity }]) => [
        name,
        { ...formatCapacity(capacity), podSecurity: podSecurityOf(stack.systems[name]) },
      ]),
    ),
  };
}
