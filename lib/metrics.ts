/** How Prometheus finds the metrics of a web service. */
export type Metrics =
  | { readonly type: "none" }
  | {
      /** Annotations on the pods, for a Prometheus that discovers pods by itself. */
      readonly type: "annotations";
      readonly path: string;
    }
  | {
      /** A ServiceMonitor, for the Prometheus operator. */
      readonly type: "serviceMonitor";
      readonly path: string;
      readonly intervalSeconds: number;
      /** Labels by which Prometheus selects its monitors, for example `release: prometheus`. */
      readonly labels: Readonly<Record<string, string>>;
    };

/** The pod annotations that Prometheus' usual pod discovery reads; empty for other types. */
export function scrapeAnnotations(metrics: Metrics, port: number): Record<string, string> {
  if (metrics.type !== "annotations") return {};
  return {
    "prometheus.io/scrape": "true",
    "prometheus.io/port": String(port),
    "prometheus.io/path": metrics.path,
  };
}
