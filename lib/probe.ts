import type { Probe } from "./pod";

/** What a probe of a web service asks. */
export type ProbeTarget =
  | { readonly type: "http"; readonly path: string }
  /** Only whether something listens: for an image without a health page. */
  | { readonly type: "tcp" };

/** The part of a probe that says what to ask, at the port of this name. */
export function probeOf(target: ProbeTarget, port = "http"): Probe {
  return target.type === "http"
    ? { httpGet: { path: target.path, port } }
    : { tcpSocket: { port } };
}
