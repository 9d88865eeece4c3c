import { type KubeObject, listAt, textAt, at } from "../../lib/objects";

/** The addresses by which an object lets clients in; none for most kinds. */
export function urlsOf(object: KubeObject): readonly string[] {
  if (object.kind === "Ingress") return ingressUrls(object);
  return object.kind === "Service" ? serviceUrls(object) : [];
}

function ingressUrls(ingress: KubeObject): readonly string[] {
  const secured = listAt(ingress, "spec", "tls").flatMap(({ hosts }) => hosts as string[]);
  const hosts = listAt(ingress, "spec", "rules").map((rule) => textAt(rule, "host"));
  return hosts
    .filter((host) => host !== "")
    .map((host) => `${secured.includes(host) ? "https" : "http"}://${host}`);
}

function serviceUrls(service: KubeObject): readonly string[] {
  const [port] = listAt(service, "spec", "ports");
  switch (textAt(service, "spec", "type")) {
    case "LoadBalancer":
      return listAt(service, "status", "loadBalancer", "ingress").map((address) => {
        const host = textAt(address, "hostname") || textAt(address, "ip");
        return `http://${host}:${String(at(port, "port"))}`;
      });
    case "NodePort":
      return [`http://<any node>:${String(at(port, "nodePort"))}`];
    default:
      return [];
  }
}
