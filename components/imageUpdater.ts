import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type ImageName, parseImage } from "../lib/image";
import { type Problem, problemsOf, refuse } from "../lib/problems";
import type { Namespace } from "./namespace";

/** A workload with containers that run the image. */
export interface ImageTarget {
  readonly kind: "Deployment" | "CronJob";
  readonly name: string;
  /** At least one. */
  readonly containers: readonly string[];
}

/** The arguments of an updater that a stack's settings decide. */
export interface ImageUpdateSettings {
  /** Namespace of Argo Events and its EventBus; not that of the workloads. @default argo-events */
  readonly argoNamespace?: string | undefined;
  /** An existing EventBus there. @default default */
  readonly eventBusName?: string | undefined;
  /** An existing Secret there with the key `token`, which Harbor must send. @default - no token */
  readonly tokenSecretName?: string | undefined;
}

export interface ImageUpdaterArgs extends ImageUpdateSettings {
  /** The namespace of the workloads. */
  readonly namespace: Namespace;
  /** Name of all its objects. @default - the component's name */
  readonly name?: string;
  /** The image with registry and tag; other tags of its repository are rolled out. */
  readonly image: string;
  readonly targets: readonly ImageTarget[];
}

/** Semantic versions, with or without a leading v, without pre-releases and `latest`. */
export const releaseTag = "^v?(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)$";

const defaultNamespace = "argo-events";
const port = 12000;
const event = "pushed";

/** Lets Argo's pods run under Pod Security `restricted`. */
const podTemplate = {
  securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
  container: {
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
    resources: {
      requests: { cpu: "50m", memory: "64Mi" },
      limits: { cpu: "200m", memory: "128Mi" },
    },
  },
};

/**
 * Rolls out a new release of an image when Harbor reports its push: an Argo Events EventSource for
 * Harbor's webhook, and a Sensor that may patch only these workloads. The next `up` goes back to the
 * image in the stack's file.
 *
 * @example new ImageUpdater("images", { namespace, image, targets: [{ kind: "Deployment", name: "web", containers: ["web"] }] })
 */
export class ImageUpdater extends pulumi.ComponentResource {
  constructor(name: string, args: ImageUpdaterArgs, opts?: pulumi.ComponentResourceOptions) {
    const { namespace, targets, argoNamespace = defaultNamespace, eventBusName = "default" } = args;
    refuse("ImageUpdater", updaterProblems(args));
    super("stackberth:components:ImageUpdater", name, {}, opts);
    const image = parseImage(args.image) as ImageName;
    const objectName = args.name ?? name;
    const there = { name: objectName, namespace: argoNamespace, labels: { ...namespace.labels } };
    const parent = { parent: this };
    const account = new k8s.core.v1.ServiceAccount(name, { metadata: there }, parent);
    this.grant(name, objectName, targets, namespace, account);
    const webhookUrl = `http://${objectName}-eventsource-svc.${argoNamespace}.svc:${port}/${event}`;
    const source = new k8s.apiextensions.CustomResource(
      `${name}-source`,
      {
        apiVersion: "argoproj.io/v1alpha1",
        kind: "EventSource",
        metadata: there,
        spec: {
          eventBusName,
          service: { ports: [{ port, targetPort: port }] },
          template: podTemplate,
          webhook: { [event]: webhookFor(args.tokenSecretName) },
        },
      },
      parent,
    );
    new k8s.apiextensions.CustomResource(
      `${name}-sensor`,
      {
        apiVersion: "argoproj.io/v1alpha1",
        kind: "Sensor",
        metadata: there,
        spec: {
          eventBusName,
          template: { ...podTemplate, serviceAccountName: account.metadata.name },
          dependencies: [
            {
              name: event,
              eventSourceName: source.metadata.name,
              eventName: event,
              filters: { data: filtersFor(image) },
            },
          ],
          triggers: targets.map((target) => triggerFor(target, image, namespace)),
        },
      },
      parent,
    );
    this.registerOutputs({ webhookUrl });
  }

  /** The right to patch the targets only. */
  private grant(
    name: string,
    objectName: string,
    targets: readonly ImageTarget[],
    namespace: Namespace,
    account: k8s.core.v1.ServiceAccount,
  ): void {
    const rule = (kind: ImageTarget["kind"], apiGroup: string, resource: string) => {
      const names = targets.filter((each) => each.kind === kind).map((each) => each.name);
      const verbs = ["get", "patch"];
      return names.length === 0
        ? []
        : [{ apiGroups: [apiGroup], resources: [resource], resourceNames: names, verbs }];
    };
    const role = new k8s.rbac.v1.Role(
      `${name}-role`,
      {
        metadata: namespace.metadata(objectName),
        rules: [
          ...rule("Deployment", "apps", "deployments"),
          ...rule("CronJob", "batch", "cronjobs"),
        ],
      },
      { parent: this },
    );
    new k8s.rbac.v1.RoleBinding(
      `${name}-binding`,
      {
        metadata: namespace.metadata(objectName),
        roleRef: {
          apiGroup: "rbac.authorization.k8s.io",
          kind: "Role",
          name: role.metadata.name,
        },
        subjects: [
          {
            kind: "ServiceAccount",
            name: account.metadata.name,
            namespace: account.metadata.namespace,
          },
        ],
      },
      { parent: this },
    );
  }
}

function updaterProblems(args: ImageUpdaterArgs): Problem[] {
  const { image, targets, namespace, argoNamespace = defaultNamespace } = args;
  return problemsOf(
    [
      parseImage(image) === undefined,
      "image",
      `"${image}" must have a registry and a tag, for example harbor.example.org/edi/bots:4.0.1`,
    ],
    [targets.length === 0, "targets", "is empty; list at least one workload"],
    [
      argoNamespace === namespace.plainName,
      "argoNamespace",
      `"${argoNamespace}" is the workloads' namespace, which denies Argo's traffic; use another`,
    ],
  );
}

/** Where the EventSource listens for Harbor. */
function webhookFor(tokenSecretName: string | undefined): object {
  return {
    port: String(port),
    endpoint: `/${event}`,
    method: "POST",
    url: "",
    ...(tokenSecretName !== undefined && { authSecret: { name: tokenSecretName, key: "token" } }),
  };
}

/** Selects Harbor's messages. Argo reads each value as a regular expression. */
function filtersFor({ repository }: ImageName): object[] {
  const literal = repository.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const is = (path: string, value: string) => ({ path, type: "string", value: [value] });
  return [
    is("body.type", "^PUSH_ARTIFACT$"),
    is("body.event_data.repository.repo_full_name", `^${literal}$`),
    is("body.event_data.resources.0.tag", releaseTag),
  ];
}

function triggerFor(target: ImageTarget, image: ImageName, namespace: Namespace): object {
  const { kind, name, containers } = target;
  const isCronJob = kind === "CronJob";
  const podSpec = {
    template: {
      spec: {
        // The pushed tag is appended.
        containers: containers.map((container) => ({
          name: container,
          image: `${image.registry}/${image.repository}:`,
        })),
      },
    },
  };
  const path = isCronJob ? "spec.jobTemplate.spec.template.spec" : "spec.template.spec";
  return {
    template: {
      name: `${kind.toLowerCase()}-${name}`,
      k8s: {
        operation: "patch",
        // A strategic merge finds a container by its name.
        patchStrategy: "application/strategic-merge-patch+json",
        source: {
          resource: {
            apiVersion: isCronJob ? "batch/v1" : "apps/v1",
            kind,
            metadata: { name, namespace: namespace.plainName },
            spec: isCronJob ? { jobTemplate: { spec: podSpec } } : podSpec,
          },
        },
        parameters: containers.map((_container, index) => ({
          src: { dependencyName: event, dataKey: "body.event_data.resources.0.tag" },
          dest: `${path}.containers.${index}.image`,
          operation: "append",
        })),
      },
    },
  };
}
