import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Dns, usualDns } from "../lib/dns";
import { podSecurityLabels, retainAnnotation, selectorLabels, systemLabels } from "../lib/labels";
import { nameCheck } from "../lib/names";
import type { PodSecurity } from "../lib/pod";
import { nested, type Problem, problemsOf, refuse } from "../lib/problems";
import { cidr, deadlineRange, objectName, portRange, rangeCheck, ruleCheck } from "../lib/rules";
import type { SecretSource } from "../lib/secretSource";

export interface NamespaceArgs {
  /** Name of the namespace in the cluster. */
  readonly name: string;
  /** The system that runs in it; a label of every object. */
  readonly system: string;
  /** The stack that owns it; `down` and pruning select by this label. */
  readonly stack: string;
  /** The enforced level of Pod Security. @default restricted */
  readonly podSecurity?: PodSecurity;
  /** Default requests and limits of a container, and its maximum. @default - no LimitRange */
  readonly limitRange?: {
    readonly default: Readonly<Record<string, string>>;
    readonly defaultRequest: Readonly<Record<string, string>>;
    readonly max: Readonly<Record<string, string>>;
  };
  /** Hard limits of a ResourceQuota, for example `{ "pods": "50" }`. @default - no quota */
  readonly quota?: Readonly<Record<string, string>> | undefined;
  /** Where its pods ask for names. @default - kube-system, and NodeLocal DNSCache */
  readonly dns?: Dns;
  /** Labels of the pods that may query DNS; others may not. @default - all pods */
  readonly dnsOnlyFor?: Readonly<Record<string, string>>;
  /** Keep the namespace, and thus its volumes, when the stack is destroyed. @default false */
  readonly retain?: boolean;
  /** Seconds until each of its workloads must be ready, 1 to 86400. @default 300 */
  readonly deadlineSeconds?: number;
  /** How its Secrets are created. @default - by the program, with their values */
  readonly secretSource?: SecretSource;
}

/** Each namespace by the output of its name, which the objects in it have. */
const known = new WeakMap<object, Readonly<{ plainName: string; goes?: pulumi.Resource }>>();

const knownOf = (namespace: unknown) =>
  typeof namespace === "object" && namespace !== null ? known.get(namespace) : undefined;

/** The namespace that an object names, also before it exists; undefined for an object of none. */
export const plainNamespace = (namespace: unknown): string | undefined =>
  typeof namespace === "string" ? namespace : knownOf(namespace)?.plainName;

/**
 * Leaves it to the cluster to delete what is in a namespace that goes: it does so at once and in its own order, where
 * the engine would delete one object after the other and wait for each. What has pods is still deleted by the engine:
 * Kubernetes looks again whether a namespace is empty only after half of the time that its pods have to end.
 * Claims are not, although they hold a namespace up, too: a pod that the stack did not make may mount them.
 */
export const deletedWithNamespace: pulumi.ResourceTransformation = ({ type, props, opts }) => {
  if (/^kubernetes:(apps|batch)\//.test(type)) return undefined;
  const { metadata } = props as { readonly metadata?: { readonly namespace?: unknown } };
  const deletedWith = knownOf(metadata?.namespace)?.goes;
  return deletedWith && { props, opts: { ...opts, deletedWith } };
};

/**
 * A namespace that denies by default: it enforces Pod Security and allows no traffic except DNS.
 *
 * @example new Namespace("openms", { name: "openms", system: "openms", stack: "dev" })
 */
export class Namespace extends pulumi.ComponentResource {
  /** Resolves once the namespace exists, so that its users are created after it. */
  readonly name: pulumi.Output<string>;
  /** The same name as plain text, for names and addresses. */
  readonly plainName: string;
  readonly system: string;
  /** Labels for every object of the system. */
  readonly labels: Readonly<Record<string, string>>;
  readonly deadlineSeconds: number;
  readonly secretSource: SecretSource;
  /** The level of Pod Security that it enforces. */
  readonly podSecurity: PodSecurity;
  /** Volumes that outlast it: Kubernetes keeps a volume for as long as its claim is there. */
  readonly volumes: pulumi.Resource[] = [];

  constructor(name: string, args: NamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    const { deadlineSeconds: deadline = 300, dns = usualDns } = args;
    refuse("Namespace", [
      ...problemsOf(nameCheck(args.name), rangeCheck("deadlineSeconds", deadline, deadlineRange)),
      ...nested("dns", dnsProblems(dns)),
    ]);
    super("stackberth:components:Namespace", name, {}, opts);
    this.plainName = args.name;
    this.system = args.system;
    this.labels = systemLabels(args.system, args.stack);
    this.deadlineSeconds = deadline;
    this.secretSource = args.secretSource ?? { type: "values" };
    this.podSecurity = args.podSecurity ?? "restricted";
    const retain = args.retain ?? false;
    const namespace = new k8s.core.v1.Namespace(
      name,
      {
        metadata: {
          name: args.name,
          labels: {
            ...this.labels,
            ...Object.fromEntries(podSecurityLabels.map((label) => [label, this.podSecurity])),
          },
          ...(retain && { annotations: { [retainAnnotation]: "true" } }),
        },
      },
      { parent: this, retainOnDelete: retain, dependsOn: atEnd(() => this.volumes) },
    );
    this.name = namespace.metadata.name;
    known.set(this.name, { plainName: args.name, ...(!retain && { goes: namespace }) });
    if (this.podSecurity !== "restricted") {
      // Looser than the default, so that every preview says it.
      void pulumi.log.warn(
        `namespace ${args.name} enforces Pod Security ${this.podSecurity}, not restricted`,
        this,
      );
    }
    this.createPolicies(name, dns, args.dnsOnlyFor);
    if (args.limitRange) this.createLimitRange(name, args.limitRange);
    if (args.quota) {
      new k8s.core.v1.ResourceQuota(
        `${name}-quota`,
        { metadata: this.metadata("quota"), spec: { hard: { ...args.quota } } },
        { parent: this },
      );
    }
    this.registerOutputs({ name: this.name });
  }

  /** Metadata of an object of this namespace. */
  metadata(
    name: string,
    component?: string,
  ): k8s.types.input.meta.v1.ObjectMeta & { name: string } {
    return {
      name,
      namespace: this.name,
      labels: component
        ? { ...this.labels, ...selectorLabels(this.system, component) }
        : { ...this.labels },
    };
  }

  private createPolicies(name: string, dns: Dns, dnsOnlyFor?: NamespaceArgs["dnsOnlyFor"]): void {
    new k8s.networking.v1.NetworkPolicy(
      `${name}-default-deny`,
      {
        metadata: this.metadata("default-deny"),
        spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
      },
      { parent: this },
    );
    new k8s.networking.v1.NetworkPolicy(
      `${name}-allow-dns`,
      {
        metadata: this.metadata("allow-dns"),
        spec: {
          podSelector: dnsOnlyFor ? { matchLabels: { ...dnsOnlyFor } } : {},
          policyTypes: ["Egress"],
          egress: dnsRules(dns),
        },
      },
      { parent: this },
    );
  }

  private createLimitRange(name: string, range: NonNullable<NamespaceArgs["limitRange"]>): void {
    const { default: limits, defaultRequest, max } = range;
    new k8s.core.v1.LimitRange(
      `${name}-limits`,
      {
        metadata: this.metadata("limits"),
        spec: {
          limits: [
            { type: "Container", default: limits, defaultRequest: { ...defaultRequest }, max },
          ],
        },
      },
      { parent: this },
    );
  }
}

/** What is known only once the program has created everything. */
const atEnd = <T>(read: () => T): Promise<T> => new Promise(setImmediate).then(read);

/** Answers that do not fit into one datagram come over TCP. */
const dnsPorts = (port: number) => [
  { port, protocol: "UDP" },
  { port, protocol: "TCP" },
];

function dnsRules({ namespace, port, addresses }: Dns) {
  const matchLabels = { "kubernetes.io/metadata.name": namespace };
  const resolvers = addresses.map((each) => ({ ipBlock: { cidr: each } }));
  return [
    { to: [{ namespaceSelector: { matchLabels } }], ports: dnsPorts(port) },
    // Without a peer a rule would allow all addresses.
    ...(resolvers.length > 0 ? [{ to: resolvers, ports: dnsPorts(53) }] : []),
  ];
}

const dnsProblems = ({ namespace, port, addresses }: Dns): Problem[] =>
  problemsOf(
    ruleCheck("namespace", namespace, objectName),
    rangeCheck("port", port, portRange),
    ...addresses.map((each) => ruleCheck("addresses", each, cidr)),
  );
