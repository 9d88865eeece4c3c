import assert from "node:assert/strict";
import type { KubeObject } from "../../lib/objects";
import { type End, Policies } from "../support/networkPolicies";

const object = (kind: string, name: string, content: object): KubeObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name },
  ...content,
});

const pod = (namespace: string, app: string, address: string): End => ({
  address,
  pod: { namespace, labels: { app }, ports: [{ name: "http", containerPort: 8080 }] },
});

const ends = {
  web: pod("here", "web", "10.0.0.1"),
  db: pod("here", "db", "10.0.0.2"),
  "other web": pod("there", "web", "10.0.1.1"),
  internet: { address: "198.51.100.7" },
  "internet 6": { address: "2001:db8::7" },
} as const satisfies Record<string, End>;

const namespaces = ["here", "there"].map((name) =>
  object("Namespace", name, { metadata: { name, labels: { team: name } } }),
);

/** Whether a TCP connection is open where one policy of the namespace `here` exists. */
function isOpen(spec: object, [from, to]: Way, port = 8080, protocol = "TCP"): boolean {
  const policy = object("NetworkPolicy", "p", { metadata: { name: "p", namespace: "here" }, spec });
  return new Policies([...namespaces, policy]).allow(ends[from], ends[to], { port, protocol });
}

type Way = readonly [from: keyof typeof ends, to: keyof typeof ends];
type Case = readonly [
  what: string,
  way: Way,
  open: boolean,
  spec: object,
  broken: object,
  port?: number,
  protocol?: string,
];

const db = { matchLabels: { app: "db" } };
const web = { matchLabels: { app: "web" } };
const there = { matchLabels: { team: "there" } };
const into = (...ingress: object[]): object => ({
  podSelector: db,
  policyTypes: ["Ingress"],
  ingress,
});
const out = (...egress: object[]): object => ({
  podSelector: web,
  policyTypes: ["Egress"],
  egress,
});
const fromBlock = (cidr: string, ...except: string[]): object =>
  into({ from: [{ ipBlock: { cidr, except } }] });
const on = (...ports: object[]): object => into({ ports });
const toDb: Way = ["web", "db"];
const toWeb: Way = ["db", "web"];
const away: Way = ["other web", "db"];
const home: Way = ["internet", "db"];
const expression = (operator: string, ...values: string[]): object => ({
  podSelector: { matchExpressions: [{ key: "app", operator, values }] },
});

// The broken variant differs in the one thing that the case is about, and must be decided the other way.
const cases: readonly Case[] = [
  ["an empty selector takes every pod", toDb, false, { podSelector: {} }, { podSelector: web }],
  [
    "a policy holds in its own namespace only",
    ["web", "other web"],
    true,
    { podSelector: {} },
    out(),
  ],
  ["without policyTypes it isolates ingress", toDb, false, { podSelector: db }, out({})],
  [
    "without policyTypes and egress rules it leaves egress open",
    toDb,
    true,
    { podSelector: web },
    { podSelector: web, egress: [{ ports: [{ port: 53 }] }] },
  ],
  [
    "egress rules do nothing where policyTypes says Ingress",
    toDb,
    true,
    { ...out({ ports: [{ port: 53 }] }), policyTypes: ["Ingress"] },
    { ...out({ ports: [{ port: 53 }] }), policyTypes: ["Ingress", "Egress"] },
  ],
  ["an empty rule allows all", home, true, into({}), into()],
  [
    "an empty list of peers allows all",
    home,
    true,
    into({ from: [] }),
    into({ from: [{ podSelector: web }] }),
  ],
  [
    "a podSelector alone means the same namespace",
    away,
    false,
    into({ from: [{ podSelector: web }] }),
    into({ from: [{ podSelector: web, namespaceSelector: {} }] }),
  ],
  [
    "both selectors in one peer must fit",
    toDb,
    false,
    into({ from: [{ namespaceSelector: there, podSelector: web }] }),
    into({ from: [{ namespaceSelector: there }, { podSelector: web }] }),
  ],
  [
    "every namespace has its name for a label",
    away,
    true,
    into({
      from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "there" } } }],
    }),
    into({ from: [{ namespaceSelector: { matchLabels: { name: "there" } } }] }),
  ],
  [
    "NotIn takes a value that is not listed",
    toDb,
    true,
    into({ from: [expression("NotIn", "db")] }),
    into({ from: [expression("NotIn", "db", "web")] }),
  ],
  [
    "Exists takes any value",
    toDb,
    true,
    into({ from: [expression("Exists")] }),
    into({ from: [expression("DoesNotExist")] }),
  ],
  ["no selector takes an address", home, false, into({ from: [{ podSelector: {} }] }), into({})],
  [
    "an ipBlock takes an address",
    home,
    true,
    fromBlock("198.51.100.0/24"),
    fromBlock("10.0.0.0/8"),
  ],
  [
    "except takes addresses out",
    home,
    false,
    fromBlock("198.51.0.0/16", "198.51.100.0/24"),
    fromBlock("198.51.0.0/16", "198.51.101.0/24"),
  ],
  [
    "an ipBlock may take a pod's address",
    toDb,
    true,
    fromBlock("10.0.0.0/24"),
    fromBlock("10.0.0.2/32"),
  ],
  [
    "0.0.0.0/0 is not for IPv6",
    ["internet 6", "db"],
    false,
    fromBlock("0.0.0.0/0"),
    fromBlock("::/0"),
  ],
  [
    "IPv6 has exceptions too",
    ["internet 6", "db"],
    true,
    fromBlock("2001:db8::/32", "2001:db8::8/125"),
    fromBlock("2001:db8::/32", "2001:db8::/125"),
  ],
  ["a named port is that of the pod", toDb, true, on({ port: "http" }), on({ port: "https" })],
  [
    "a named port of egress is that of the other pod",
    toDb,
    true,
    out({ ports: [{ port: "http" }] }),
    out({ ports: [{ port: "postgres" }] }),
  ],
  [
    "no address has named ports",
    ["web", "internet"],
    false,
    out({ ports: [{ port: "http" }] }),
    out({ ports: [{ port: 8080 }] }),
  ],
  [
    "endPort ends a range, which has that port",
    toDb,
    true,
    on({ port: 8000, endPort: 8080 }),
    on({ port: 8000, endPort: 8079 }),
  ],
  ["a port without a protocol is TCP", toDb, true, on({ port: 8080 }), on({ protocol: "UDP" })],
  [
    "TCP is not UDP",
    toDb,
    false,
    on({ port: 8080, protocol: "TCP" }),
    on({ port: 8080, protocol: "UDP" }),
    8080,
    "UDP",
  ],
  ["a protocol without a port means all", toDb, true, on({ protocol: "TCP" }), on({ port: 1 })],
  [
    "rules add up",
    toDb,
    true,
    into({ ports: [{ port: 1 }] }, { from: [{ podSelector: web }] }),
    into({ ports: [{ port: 1 }], from: [{ podSelector: web }] }),
  ],
  ["nothing about a pod that no policy selects", toWeb, true, into(), { podSelector: {} }],
];

describe("evaluation of NetworkPolicies", () => {
  for (const [what, way, open, spec, broken, port, protocol] of cases) {
    it(what, () => {
      assert.equal(isOpen(spec, way, port, protocol), open);
      assert.equal(isOpen(broken, way, port, protocol), !open, "the broken variant");
    });
  }

  it("an allowed connection is one that both ends allow", () => {
    const policies = [into({ from: [{ podSelector: web }] }), out({ to: [{ podSelector: db }] })];
    const closed = [into(), out()];
    const both = (...specs: readonly object[]): boolean =>
      new Policies(
        specs.map((spec, index) =>
          object("NetworkPolicy", String(index), { metadata: { namespace: "here" }, spec }),
        ),
      ).allow(ends.web, ends.db, { port: 8080, protocol: "TCP" });
    assert.ok(both(...policies));
    assert.ok(!both(...policies.slice(0, 1), ...closed.slice(1)));
    assert.ok(!both(...policies.slice(1), ...closed.slice(0, 1)));
    // Policies add up: another that allows less takes nothing away.
    assert.ok(both(...policies, ...closed));
  });
});
