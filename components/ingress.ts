import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { awaitWithin } from "../lib/await";
import { type Problem, problemsOf, refuse } from "../lib/problems";
import { renderIngress } from "../lib/ingress";
import { host, ruleCheck } from "../lib/rules";
import type { IngressIntent } from "../lib/ingress";
import type { Namespace } from "./namespace";

export interface IngressArgs extends IngressIntent {
  readonly namespace: Namespace;
  /** Name of the Ingress. @default - the component's name */
  readonly name?: string;
  readonly service: { readonly name: pulumi.Input<string>; readonly port: number };
}

/** What is wrong with the intent, `at` a prefix of the property path. */
export function ingressProblems({ hosts }: IngressIntent, at = ""): Problem[] {
  return problemsOf(
    [
      hosts.length === 0,
      `${at}hosts`,
      "is empty; an Ingress without a host would take all traffic",
    ],
    ...hosts.map((each) => ruleCheck(`${at}hosts`, each, host)),
  );
}

/**
 * Host names that lead to a Service. It takes what is wanted and renders it for the controller that is
 * there; what a controller wants on the Service, Web puts there.
 *
 * @example new Ingress("web", { namespace, service, controller: "nginx", hosts: ["app.example.org"], tls: { mode: "none" } })
 */
export class Ingress extends pulumi.ComponentResource {
  /** One address for each host. */
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
              paths: [
                {
                  path: "/",
                  pathType: "Prefix",
                  backend: {
                    service: { name: args.service.name, port: { number: args.service.port } },
                  },
                },
              ],
            },
          })),
        },
      },
      { parent: this },
    );
    const scheme = tls.mode === "none" ? "http" : "https";
    // Through the Ingress, so that the address is printed only once it is there.
    this.urls = ingress.metadata.name.apply(() => hosts.map((each) => `${scheme}://${each}`));
    this.registerOutputs({ urls: this.urls });
  }
}
