import assert from "node:assert/strict";
import { Ingress, type IngressArgs, type Namespace } from "../../../components";
import { assertParents, inNamespace, itRefuses, objectsIn } from "../../support/components";
import { count, one, read, valueOf } from "../../support/deploy";

const make =
  (args: Partial<IngressArgs> = {}) =>
  (namespace: Namespace) =>
    new Ingress("web", {
      namespace,
      controller: "nginx",
      hosts: ["a.example.org"],
      tls: { mode: "none" },
      service: { name: "web", port: 80 },
      ...args,
    });
const everything = {
  hosts: ["a.example.org", "b.example.org"],
  className: "outer",
  stickyCookie: "stroute",
  timeoutSeconds: 86400,
  maxBodyMebibytes: 16,
  buffering: false,
  rootRedirect: "/home",
};
const awaits = { "pulumi.com/timeoutSeconds": "300" };
const under = (prefix: string, entries: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(entries).map(([key, value]) => [`${prefix}/${key}`, value]));

describe("Ingress", () => {
  it("has sensible defaults", async () => {
    const found = await objectsIn(make());
    const { metadata, spec } = one(found, "Ingress", "web");
    assert.deepEqual(metadata.annotations, awaits);
    assert.deepEqual(spec, {
      rules: [
        {
          host: "a.example.org",
          http: {
            paths: [
              {
                path: "/",
                pathType: "Prefix",
                backend: { service: { name: "web", port: { number: 80 } } },
              },
            ],
          },
        },
      ],
    });
    assertParents(found, "Ingress");
  });

  it("accepts every argument, for nginx", async () => {
    const found = await objectsIn(make(everything));
    const { metadata, spec } = one(found, "Ingress");
    assert.deepEqual(metadata.annotations, {
      ...awaits,
      ...under("nginx.ingress.kubernetes.io", {
        "proxy-read-timeout": "86400",
        "proxy-send-timeout": "86400",
        "proxy-http-version": "1.1",
        "proxy-body-size": "16m",
        "proxy-buffering": "off",
        "app-root": "/home",
        affinity: "cookie",
        "affinity-mode": "persistent",
        "session-cookie-name": "stroute",
        "session-cookie-path": "/",
        "session-cookie-samesite": "Lax",
      }),
    });
    assert.equal(read(spec, "ingressClassName"), "outer");
    assert.equal(read(spec, "rules.1.host"), "b.example.org");
    assert.equal(count(found, "Middleware"), 0);
  });

  for (const controller of ["nginx", "traefik"] as const) {
    it(`leads paths to other Services, on every host, for ${controller}`, async () => {
      const { hosts } = everything;
      const service = { name: "hub", port: 8000 };
      const paths = [{ path: "/notebook", service }];
      const { spec } = one(await objectsIn(make({ controller, hosts, paths })), "Ingress");
      for (const index of [0, 1]) {
        assert.deepEqual(read(spec, `rules.${index}.http.paths`), [
          {
            path: "/notebook",
            pathType: "Prefix",
            backend: { service: { name: "hub", port: { number: 8000 } } },
          },
          {
            path: "/",
            pathType: "Prefix",
            backend: { service: { name: "web", port: { number: 80 } } },
          },
        ]);
      }
    });
  }

  const led = (...paths: readonly string[]) =>
    make({ paths: paths.map((path) => ({ path, service: { name: "hub", port: 80 } })) });
  itRefuses([
    ["a path without a slash", led("notebook"), "paths", /\//],
    ["a second Service for all paths", led("/"), "paths", /leads \/ to two Services/],
    ["two Services for one path", led("/a", "/a/"), "paths", /leads \/a to two Services/],
  ]);

  it("accepts 0 for an unlimited body, and buffering", async () => {
    const found = await objectsIn(make({ maxBodyMebibytes: 0, buffering: true }));
    const annotations = one(found, "Ingress").metadata.annotations ?? {};
    assert.equal(annotations["nginx.ingress.kubernetes.io/proxy-body-size"], "0");
    assert.equal(annotations["nginx.ingress.kubernetes.io/proxy-buffering"], "on");
  });

  it("accepts every argument, for Traefik", async () => {
    const tls = { mode: "certManager", issuer: "letsencrypt" } as const;
    const found = await objectsIn(make({ ...everything, controller: "traefik", tls }));
    assert.deepEqual(one(found, "Ingress").metadata.annotations, {
      ...awaits,
      "cert-manager.io/cluster-issuer": "letsencrypt",
      ...under("traefik.ingress.kubernetes.io", {
        "router.entrypoints": "websecure",
        "router.tls": "true",
        "router.middlewares": "lab-web-root@kubernetescrd,lab-web-body@kubernetescrd",
      }),
    });
    const root = one(found, "Middleware", "web-root");
    assert.equal(root.apiVersion, "traefik.io/v1alpha1");
    assert.equal(root.metadata.namespace, "lab");
    const { regex, replacement } = read(root.spec, "redirectRegex") as Record<string, string>;
    assert.equal(replacement, "${1}/home");
    const pattern = new RegExp(regex ?? "");
    assert.equal(pattern.exec("https://a.example.org/")?.[1], "https://a.example.org");
    assert.ok(!pattern.test("https://a.example.org/home"), "the redirect would lead to itself");
    assert.deepEqual(one(found, "Middleware", "web-body").spec, {
      buffering: { maxRequestBodyBytes: 16777216 },
    });
  });

  it("creates no Middleware without need", async () => {
    const found = await objectsIn(make({ controller: "traefik", maxBodyMebibytes: 0 }));
    assert.equal(count(found, "Middleware"), 0);
    assert.deepEqual(one(found, "Ingress").metadata.annotations, {
      ...awaits,
      "traefik.ingress.kubernetes.io/router.entrypoints": "web",
    });
  });

  const tlsRows: readonly (readonly [IngressArgs["tls"], unknown, string | undefined, string])[] = [
    [{ mode: "none" }, undefined, undefined, "http"],
    [
      { mode: "secret", secretName: "mine" },
      [{ hosts: ["a.example.org"], secretName: "mine" }],
      undefined,
      "https",
    ],
    [
      { mode: "certManager", issuer: "le" },
      [{ hosts: ["a.example.org"], secretName: "web-tls" }],
      "le",
      "https",
    ],
    [
      { mode: "certManager", issuer: "le", secretName: "own" },
      [{ hosts: ["a.example.org"], secretName: "own" }],
      "le",
      "https",
    ],
  ];
  for (const controller of ["nginx", "traefik"] as const) {
    for (const [tls, expected, issuer, scheme] of tlsRows) {
      it(`renders TLS ${JSON.stringify(tls)} for ${controller}`, async () => {
        const { resources, result } = await inNamespace(make({ tls, controller }));
        const { metadata, spec } = one(resources, "Ingress");
        assert.deepEqual(read(spec, "tls"), expected);
        assert.equal(metadata.annotations?.["cert-manager.io/cluster-issuer"], issuer);
        assert.deepEqual(await valueOf(result.urls), [`${scheme}://a.example.org`]);
      });
    }
    it(`lets further annotations win for ${controller}`, async () => {
      const key =
        controller === "nginx"
          ? "nginx.ingress.kubernetes.io/proxy-read-timeout"
          : "traefik.ingress.kubernetes.io/router.entrypoints";
      const found = await objectsIn(
        make({ controller, timeoutSeconds: 1, annotations: { [key]: "mine" } }),
      );
      assert.equal(one(found, "Ingress").metadata.annotations?.[key], "mine");
    });
  }

  itRefuses([
    ["no hosts", make({ hosts: [] }), "hosts", /is empty/],
    [
      "an address for a host",
      make({ hosts: ["a.org", "http://b.org"] }),
      "hosts",
      /http:\/\/b\.org/,
    ],
  ]);
});
