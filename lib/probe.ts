import type { Probe } from "./pod";

/** What a probe of a web service checks. */
export type ProbeTarget =
  | { readonly type: "http"; readonly path: string }
  /** Only whether the port accepts connections: for an image without a health page. */
  | { readonly type: "tcp" };

/** The check of a probe, at the port of this name. */
export function probeOf(target: ProbeTarget, port = "http"): Probe {
  return target.type === "http"
    ? { httpGet: { path: target.path, port } }
    : { tcpSocket: { port } };
}
