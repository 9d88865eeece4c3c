import * as rules from "../../../lib/rules";
import { ingress, metadata, pod, type ValueCase } from "./objects";

/** Texts for the rules of hosts, addresses and paths. */
export const places: readonly ValueCase[] = [
  {
    rule: rules.host,
    right: ["localhost", "a.example.org", "*.example.org", "1a.org"],
    wrong: [
      "https://a.org",
      "a.org:80",
      "*",
      "*.",
      "a.*.org",
      "-a.org",
      "A.org",
      "a.org/",
      "1.2.3.4",
      "::1",
      "a.org.",
    ],
    ours: ["", "*.org"],
    object: (host) => ingress(host, "/"),
  },
  {
    rule: rules.cidr,
    right: [
      "0.0.0.0/0",
      "203.0.113.0/24",
      "10.1.2.3/32",
      "::/0",
      "2001:db8::/32",
      "::1/128",
      "fe80::1:0:0/96",
    ],
    wrong: [
      "10.0.0.1",
      "10.0.0.0/33",
      "10.0.0.256/8",
      "999.0.0.0/24",
      "10.0.0/8",
      "10.0.0.1/24",
      "10.0.0.0/024",
      "10.0.0.0/8/8",
      "a/8",
      "",
      "2001:DB8::/32",
      "2001:db8:0:0::/32",
      "2001:db8::1/32",
      "::/129",
      "::ffff:10.0.0.0/104",
      "fe80::1%eth0/64",
      "keycloak.example.org",
    ],
    object: (cidr) => ({
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata,
      spec: { podSelector: {}, egress: [{ to: [{ ipBlock: { cidr } }] }] },
    }),
  },
  {
    rule: rules.urlPath,
    right: ["/", "/health", "/a/b.html", "/a/"],
    wrong: ["health", "/a//b", "/a/../b", "/./a", "/a%2Fb"],
    ours: ["/a?b", "/a#b", "/a b", ""],
    object: (path) => ingress("a.example.org", path),
  },
  {
    rule: rules.absolutePath,
    right: ["/", "/export", "/a/"],
    wrong: ["export", "./a"],
    ours: ["", "/a/../b"],
    object: (path) => ({
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name: "values" },
      spec: {
        accessModes: ["ReadWriteOnce"],
        capacity: { storage: "1Gi" },
        nfs: { server: "a", path },
      },
    }),
  },
  {
    rule: rules.folder,
    right: ["/data", "/a/b"],
    wrong: ["/a/../b"],
    ours: ["/", "data", "/a:b", "/data/", "/a b", ""],
    object: (path) => ({
      ...pod(
        { volumes: [{ name: "a", hostPath: { path } }] },
        {
          volumeMounts: [{ name: "a", mountPath: path }],
        },
      ),
    }),
  },
];
