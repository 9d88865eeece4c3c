import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { awaitWithin } from "../lib/await";
import { type Problem, problemsOf, refuse } from "../lib/problems";
import { renderIngress } from "../lib/ingress";
import { host, portRange, rangeCheck, ruleCheck, urlPath } from "../lib/rules";
import type { IngressIntent } from "../lib/ingress";
import type { Namespace } from "./namespace";

export interface IngressArgs extends IngressIntent {
  readonly namespace: Namespace;
  /** Name of the Ingress. @default - the component's name */
  readonly name?: string;
  readonly service: { readonly name: pulumi.Input<string>; readonly port: number };
}

type Pathed = Pick<IngressArgs, "service"> & { readonly path: string };

const pathSpec = ({ path, service: { name, port } }: Pathed) => ({
  path,
  pathType: "Prefix",
  backend: { service: { name, port: { number: port } } },
});

/** Problems of the intent. */
export function ingressProblems({ hosts, paths = [] }: IngressIntent): Problem[] {
  const names = ["/", ...paths.map(({ path }) => path.replace(/(?<=.)\/$/, ""))];
  const twice = names.find((path, index) => names.indexOf(path) !== index);
  return problemsOf(
    [hosts.length === 0, "hosts", "is empty; an Ingress without hosts would receive all traffic"],
    ...hosts.map((each) => ruleCheck("hosts", each, host)),
    ...paths.map(({ path }) => ruleCheck("paths", path, urlPath)),
    ...paths.map(({ service }) => rangeCheck("paths", service.port, portRange)),
    [twice !== undefined, "paths", `leads ${twice} to two Services; give each its own path`],
  );
}

/**
 * An Ingress for a Service, with the annotations of the cluster's controller. Web sets those that a
 * controller reads on the Service.
 *
 * @example new Ingress("web", { namespace, service, controller: "nginx", hosts: ["app.example.org"], tls: { mode: "none" } })
 */
export class Ingress extends pulumi.ComponentResource {
  /** One URL for each host. */
  readonly urls: pulumi.Output<string[]>;

  constructor(name: string, args: IngressArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse("Ingress", ingressProblems(args));
    super("stackberth:components:Ingress", name, {}, opts);
    const { namespace, hosts } = args;
    const objectName = args.name ?? name;
    const rendering = renderIngress(objectName, namespace.plainName, args);
    for (const { suffix, spec } of rendering.middlewares) {
      new k8s.apiextensions.CustomResource(
        `${name}-${suffix}`,
        {
          apiVersion: "traefik.io/v1alpha1",
          kind: "Middleware",
          metadata: namespace.metadata(`${objectName}-${suffix}`),
          spec,
        },
        { parent: this },
      );
    }
    const { tls } = args;
    const ingress = new k8s.networking.v1.Ingress(
      name,
      {
        metadata: {
          ...namespace.metadata(objectName),
          annotations: { ...awaitWithin(namespace.deadlineSeconds), ...rendering.annotations },
        },
        spec: {
          ...(args.className !== undefined && { ingressClassName: args.className }),
          ...(tls.mode !== "none" && {
            tls: [{ hosts: [...hosts], secretName: tls.secretName ?? `${objectName}-tls` }],
          }),
          rules: hosts.map((each) => ({
            host: each,
            http: {
              paths: [...(args.paths ?? []), { path: "/", service: args.service }].map(pathSpec),
            },
          })),
        },
      },
      { parent: this },
    );
    const scheme = tls.mode === "none" ? "http" : "https";
    // An output of the Ingress: the URL is known once the Ingress exists.
    this.urls = ingress.metadata.name.apply(() => hosts.map((each) => `${scheme}://${each}`));
    this.registerOutputs({ urls: this.urls });
  }
}
