import assert from "node:assert/strict";
import { type Exposure, type Namespace, Web, type WebArgs } from "../../../components";
import {
  assertParents,
  inContainer,
  inNamespace,
  inPod,
  itRefuses,
  objectsIn,
  pod,
} from "../../support/components";
import { count, one, read, valueOf } from "../../support/deploy";

const make =
  (args: Partial<WebArgs> = {}) =>
  (namespace: Namespace) =>
    new Web("web", {
      namespace,
      containerPort: 8501,
      exposure: { type: "clusterIP" },
      ...pod,
      ...args,
    });
const ingress = {
  type: "ingress",
  controller: "traefik",
  hosts: ["a.example.org", "b.example.org"],
  tls: { mode: "none" },
} as const;
const selector = { "app.kubernetes.io/name": "web", "app.kubernetes.io/instance": "sys" };
const unawaited = { "pulumi.com/skipAwait": "true" };

describe("Web", () => {
  it("has a ClusterIP Service with the container's port by default", async () => {
    const found = await objectsIn(make());
    const { spec, metadata } = one(found, "Service", "web");
    assert.deepEqual(spec, {
      type: "ClusterIP",
      selector,
      ports: [{ name: "http", port: 8501, targetPort: "http" }],
    });
    assert.deepEqual(metadata.annotations, unawaited);
    assert.deepEqual(inContainer(one(found, "Deployment"), "ports"), [
      { name: "http", containerPort: 8501 },
    ]);
    assert.equal(count(found, "Ingress"), 0);
    assertParents(found, "Web");
  });

  it("accepts further ports, on the nodes too with the exposure nodePort", async () => {
    const ports = { https: { port: 443, nodePort: 30443 } };
    const exposure = { type: "nodePort", nodePort: 30080 } as const;
    const found = await objectsIn(make({ exposure, ports }));
    assert.deepEqual(read(one(found, "Service", "web").spec, "ports"), [
      { name: "http", port: 8501, targetPort: "http", nodePort: 30080 },
      { name: "https", port: 443, targetPort: "https", nodePort: 30443 },
    ]);
    assert.deepEqual(inContainer(one(found, "Deployment"), "ports.1"), {
      name: "https",
      containerPort: 443,
    });
    const { spec } = one(found, "NetworkPolicy", "web-clients");
    assert.deepEqual(read(spec, "ingress.0.ports.1"), { port: 443, protocol: "TCP" });
    const inside = await objectsIn(make({ ports }));
    assert.equal(read(one(inside, "Service", "web").spec, "ports.1.nodePort"), undefined);
  });

  it("allows clients to connect to its own port only", async () => {
    const { spec } = one(
      await objectsIn(make({ servicePort: 80 })),
      "NetworkPolicy",
      "web-clients",
    );
    assert.deepEqual(spec, {
      podSelector: { matchLabels: selector },
      policyTypes: ["Ingress"],
      ingress: [{ ports: [{ port: 8501, protocol: "TCP" }] }],
    });
  });

  it("accepts every argument", async () => {
    const found = await objectsIn(
      make({ name: "front", servicePort: 80, clientIPAffinitySeconds: 60 }),
    );
    const { spec } = one(found, "Service", "front");
    assert.deepEqual(read(spec, "ports"), [{ name: "http", port: 80, targetPort: "http" }]);
    assert.equal(read(spec, "sessionAffinity"), "ClientIP");
    assert.equal(read(spec, "sessionAffinityConfig.clientIP.timeoutSeconds"), 60);
  });

  it("returns its address within the namespace, with the Service's port", async () => {
    const { result } = await inNamespace(make({ name: "front", servicePort: 80 }));
    assert.equal(result.address, "http://front:80");
    assert.equal((await inNamespace(make())).result.address, "http://web:8501");
  });

  it("announces no metrics by default", async () => {
    const found = await objectsIn(make());
    assert.equal(inPod(one(found, "Deployment"), "metadata.annotations"), undefined);
    assert.equal(count(found, "ServiceMonitor"), 0);
  });

  it("announces its metrics by annotations, in addition to others", async () => {
    const podAnnotations = { mine: "kept" };
    const metrics = { type: "annotations", path: "/metrics" } as const;
    const found = await objectsIn(make({ servicePort: 80, metrics, podAnnotations }));
    assert.deepEqual(inPod(one(found, "Deployment"), "metadata.annotations"), {
      mine: "kept",
      "prometheus.io/scrape": "true",
      // The pod's: Prometheus asks pods, not the Service.
      "prometheus.io/port": "8501",
      "prometheus.io/path": "/metrics",
    });
    assert.equal(count(found, "ServiceMonitor"), 0);
  });

  it("announces its metrics by a ServiceMonitor that selects its Service", async () => {
    const labels = { release: "prometheus" };
    const metrics = { type: "serviceMonitor", path: "/m", intervalSeconds: 15, labels } as const;
    const found = await objectsIn(make({ name: "front", metrics }));
    const monitor = one(found, "ServiceMonitor", "front");
    assert.deepEqual(read(monitor.spec, "endpoints"), [
      { port: "http", path: "/m", interval: "15s" },
    ]);
    const { metadata, spec } = one(found, "Service", "front");
    const wanted = read(monitor.spec, "selector.matchLabels") as Record<string, string>;
    assert.deepEqual(wanted, read(spec, "selector"));
    for (const [key, value] of Object.entries(wanted)) {
      assert.equal(metadata.labels?.[key], value);
    }
    assert.equal(inPod(one(found, "Deployment"), "metadata.annotations"), undefined);
  });

  const loadBalancer = (entry: object) => () => ({
    status: { loadBalancer: { ingress: [entry] } },
  });
  const rows: readonly (readonly [
    string,
    Partial<WebArgs>,
    string,
    readonly string[],
    (() => object)?,
  ])[] = [
    [
      "the command that forwards a port",
      { servicePort: 80 },
      "ClusterIP",
      ["kubectl port-forward --namespace lab service/web 80:80"],
    ],
    [
      "its hosts",
      { exposure: ingress },
      "ClusterIP",
      ["http://a.example.org", "http://b.example.org"],
    ],
    [
      "its hosts under TLS",
      { exposure: { ...ingress, tls: { mode: "secret", secretName: "s" } } },
      "ClusterIP",
      ["https://a.example.org", "https://b.example.org"],
    ],
    [
      "the load balancer's address",
      { exposure: { type: "loadBalancer" } },
      "LoadBalancer",
      ["http://192.0.2.1:8501"],
      loadBalancer({ ip: "192.0.2.1" }),
    ],
    [
      "the load balancer's host name",
      { exposure: { type: "loadBalancer" } },
      "LoadBalancer",
      ["http://lb.example.org:8501"],
      loadBalancer({ hostname: "lb.example.org", ip: "192.0.2.1" }),
    ],
    [
      "nothing while there is no load balancer",
      { exposure: { type: "loadBalancer" } },
      "LoadBalancer",
      [],
    ],
    [
      "its node port",
      { exposure: { type: "nodePort", nodePort: 30001 } },
      "NodePort",
      ["http://<any node>:30001"],
    ],
  ];
  for (const [title, args, type, urls, state] of rows) {
    it(`returns the URL of ${title}`, async () => {
      const { resources, result } = await inNamespace(make(args), state && { state });
      assert.equal(read(one(resources, "Service", "web").spec, "type"), type);
      assert.deepEqual(await valueOf(result.urls), urls);
    });
  }

  it("waits for the address of a load balancer", async () => {
    const found = await objectsIn(make({ exposure: { type: "loadBalancer" } }));
    assert.deepEqual(one(found, "Service").metadata.annotations, {
      "pulumi.com/timeoutSeconds": "300",
      "pulumi.com/waitFor": "jsonpath={.status.loadBalancer.ingress[0]}",
    });
  });

  it("lets Kubernetes choose a node port", async () => {
    const found = await objectsIn(make({ exposure: { type: "nodePort" } }));
    const ports = read(one(found, "Service").spec, "ports");
    assert.deepEqual(ports, [{ name: "http", port: 8501, targetPort: "http" }]);
  });

  it("points its Ingress at its Service", async () => {
    const found = await objectsIn(make({ servicePort: 80, exposure: ingress }));
    const backend = "rules.1.http.paths.0.backend.service";
    assert.deepEqual(read(one(found, "Ingress", "web").spec, backend), {
      name: "web",
      port: { number: 80 },
    });
    assertParents(found, "Ingress");
  });

  const sticky = (secure: boolean): Record<string, string> => ({
    "traefik.ingress.kubernetes.io/service.sticky.cookie": "true",
    "traefik.ingress.kubernetes.io/service.sticky.cookie.name": "stroute",
    "traefik.ingress.kubernetes.io/service.sticky.cookie.httponly": "true",
    "traefik.ingress.kubernetes.io/service.sticky.cookie.samesite": "lax",
    ...(secure && { "traefik.ingress.kubernetes.io/service.sticky.cookie.secure": "true" }),
  });
  const stickyRows: readonly (readonly [string, Exposure, Record<string, string>])[] = [
    ["on the Service for Traefik", ingress, sticky(false)],
    [
      "secure under TLS for Traefik",
      { ...ingress, tls: { mode: "certManager", issuer: "le" } },
      sticky(true),
    ],
    ["not on the Service for nginx", { ...ingress, controller: "nginx" }, {}],
  ];
  for (const [title, exposure, annotations] of stickyRows) {
    it(`has its sticky cookie ${title}`, async () => {
      const found = await objectsIn(make({ exposure, stickyCookie: "stroute" }));
      const { metadata, spec } = one(found, "Service");
      assert.deepEqual(metadata.annotations, { ...unawaited, ...annotations });
      assert.equal(read(spec, "sessionAffinity"), undefined);
    });
  }

  for (const type of ["loadBalancer", "nodePort"] as const) {
    it(`keeps a browser on one pod by its address with ${type}, where nobody sets a cookie`, async () => {
      const { spec } = one(
        await objectsIn(make({ exposure: { type }, stickyCookie: "stroute" })),
        "Service",
      );
      assert.equal(read(spec, "sessionAffinity"), "ClientIP");
      assert.equal(read(spec, "sessionAffinityConfig.clientIP.timeoutSeconds"), 86400);
    });
  }

  it("has no affinity without stickyCookie", async () => {
    const found = await objectsIn(make({ exposure: ingress }));
    assert.deepEqual(one(found, "Service").metadata.annotations, unawaited);
    const open = one(await objectsIn(make({ exposure: { type: "loadBalancer" } })), "Service");
    assert.equal(read(open.spec, "sessionAffinity"), undefined);
  });

  itRefuses([
    ["a second http", make({ ports: { http: { port: 80 } } }), "ports", /name of containerPort/],
    ["a further port of 0", make({ ports: { a: { port: 0 } } }), "ports.a.port", /1 to 65535/],
    ["port 0", make({ containerPort: 0, servicePort: 80 }), "containerPort", /1 to 65535/],
    ["a fractional port", make({ containerPort: 1.5, servicePort: 80 }), "containerPort", /1\.5/],
    ["a Service port too high", make({ servicePort: 65536 }), "servicePort", /65536/],
    [
      "an Ingress without hosts",
      make({ exposure: { ...ingress, hosts: [] } }),
      "exposure.hosts",
      /is empty/,
    ],
  ]);
});
