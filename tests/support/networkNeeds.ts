import { at, type KubeObject, listAt, textAt } from "../../lib/objects";
import { templateOf } from "../../lib/workloads";
import { servesPods } from "../../tools/graph/network";
import { references } from "../../tools/graph/references";
import { type Own, outsider, podsOf, type Subject } from "./networkEnds";
import { Policies } from "./networkPolicies";

/** A connection that must be open on one of the ports. */
interface Need {
  readonly from: Subject;
  readonly to: Subject;
  readonly ports: readonly number[];
  readonly why: string;
  /** @default TCP */
  readonly protocol?: string;
}

/** The needs of some objects that their policies do not meet. */
export function unmet(
  objects: readonly KubeObject[],
  needs: readonly Need[] = needsOf(objects),
): readonly string[] {
  const policies = new Policies(objects);
  return needs
    .filter(
      ({ from, to, ports, protocol = "TCP" }) =>
        !ports.some((port) => policies.allow(from, to, { port, protocol })),
    )
    .map(({ from, to, ports, why }) => `${from.name} to ${to.name} ${ports.join(" or ")} (${why})`);
}

/** What must be open, as far as anything but a policy says. */
export function needsOf(objects: readonly KubeObject[]): readonly Need[] {
  const pods = podsOf(objects);
  const resolver = outsider("a resolver", "10.246.0.2", "kube-system");
  return [
    ...objects.flatMap((object) => entries(object, objects, pods)),
    ...pods.flatMap((pod): readonly Need[] => [
      ...references(pod.workload, objects).flatMap(({ service, port, by: why }) =>
        behind(service, pods)
          // A list of addresses may have its own.
          .filter((to) => to !== pod)
          .map((to) => ({ from: pod, to, ports: targets(service, to, port), why })),
      ),
      ...["TCP", "UDP"].map((protocol) => ({
        from: pod,
        to: resolver,
        ports: [53],
        protocol,
        why: "names",
      })),
      ...outside(pod),
    ]),
  ];
}

/** What its pod template says about ends outside the stack. */
function outside(pod: Own): readonly Need[] {
  const template = templateOf(pod.workload);
  const scraped = at(template, "metadata", "annotations", "prometheus.io/port");
  const apiServer = {
    from: pod,
    to: outsider("an API server", "192.0.2.1"),
    ports: [443, 6443],
    why: "its token",
  };
  const prometheus = outsider("Prometheus", "10.246.0.3", "monitoring");
  return [
    ...(at(template, "spec", "automountServiceAccountToken") === false ? [] : [apiServer]),
    ...(scraped === undefined
      ? []
      : [{ from: prometheus, to: pod, ports: [Number(scraped)], why: "its annotation" }]),
  ];
}

/** What leads to pods from outside. */
function entries(
  object: KubeObject,
  objects: readonly KubeObject[],
  pods: readonly Own[],
): readonly Need[] {
  const { kind, metadata, spec } = object;
  const need = (from: Subject, service: KubeObject, port?: unknown): readonly Need[] =>
    behind(service, pods).map((to) => ({ from, to, ports: targets(service, to, port), why: kind }));
  if (kind === "Service" && ["LoadBalancer", "NodePort"].includes(textAt(spec, "type"))) {
    return need(outsider("the internet", "198.51.100.7"), object);
  }
  if (kind !== "Ingress") return [];
  const controller = outsider("an ingress controller", "10.246.0.1", "traefik");
  return listAt(spec, "rules")
    .flatMap((rule) => listAt(rule, "http", "paths"))
    .map((path) => at(path, "backend", "service"))
    .flatMap((backend) =>
      objects
        .filter((each) => each.kind === "Service" && each.metadata.namespace === metadata.namespace)
        .filter((each) => each.metadata.name === textAt(backend, "name"))
        .flatMap((service) => need(controller, service, at(backend, "port", "number"))),
    );
}

const behind = (service: KubeObject, pods: readonly Own[]): readonly Own[] =>
  pods.filter(
    ({ pod }) => pod.namespace === service.metadata.namespace && servesPods(service, pod.labels),
  );

/** The ports of a pod that a port of its Service leads to; those of all where none is named. */
function targets(service: KubeObject, { pod }: Own, wanted?: unknown): readonly number[] {
  return listAt(service, "spec", "ports")
    .filter(({ port }) => wanted === undefined || port === wanted)
    .map(({ port, targetPort = port }) => {
      const named = pod.ports.find(({ name }) => name === targetPort);
      return Number(named?.["containerPort"] ?? targetPort);
    });
}
