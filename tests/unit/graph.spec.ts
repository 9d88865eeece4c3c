import assert from "node:assert/strict";
import { join } from "node:path";
import { documents, graph } from "../../tools/cli/graph";
import { partOf } from "../../tools/docs";
import { drawStack } from "../../tools/graph";
import { asMermaid } from "../../tools/graph/mermaid";
import { type Graph, graphOf } from "../../tools/graph/model";
import { type KubeObject, listAt } from "../../lib/objects";
import { systems } from "../../systems";
import { root } from "../support/stackberth";
import { collectStack, stackNames } from "../support/stacks";

const object = (kind: string, name: string, content: object = {}): KubeObject => ({
  apiVersion: "v1",
  kind,
  metadata: { name, namespace: "app" },
  ...content,
});

const workload = (
  name: string,
  kind = "Deployment",
  spec: object = {},
  pod: object = {},
): KubeObject => {
  const containers = [{ name, ports: [{ name: "http", containerPort: 8080 }] }];
  const template = { metadata: { labels: { app: name } }, spec: { containers, ...pod } };
  return object(kind, name, { spec: { replicas: 1, ...spec, template } });
};

const pods = (app: string) => ({ podSelector: { matchLabels: { app } } });
const policy = (name: string, app: string | undefined, spec: object): KubeObject =>
  object("NetworkPolicy", name, {
    spec: { podSelector: app === undefined ? {} : { matchLabels: { app } }, ...spec },
  });
const denyAll = policy("deny", undefined, { policyTypes: ["Ingress", "Egress"] });
const ingress = (app: string, ...rules: object[]): KubeObject =>
  policy(`to-${app}`, app, { policyTypes: ["Ingress"], ingress: rules });
const egress = (app: string, ...rules: object[]): KubeObject =>
  policy(`from-${app}`, app, { policyTypes: ["Egress"], egress: rules });

/** The edges as `from -label-> to`. */
const edges = ({ edges: all }: Graph): string[] =>
  all.map(({ from, to, kind, label }) =>
    kind === "mount" ? `${from} .. ${to}` : `${from} -${label}-> ${to}`,
  );

const [web, db] = [workload("web"), workload("db")];
const toDb = egress("web", { to: [pods("db")], ports: [{ port: 5432 }] });
const fromWeb = ingress("db", { from: [pods("web")], ports: [{ port: 5432 }] });

const cases: readonly [what: string, objects: KubeObject[], expected: string[]][] = [
  [
    "what both ends allow",
    [web, db, denyAll, toDb, fromWeb],
    ["deployment_web -5432-> deployment_db"],
  ],
  ["nothing where only the way out is open", [web, db, denyAll, toDb], []],
  ["nothing where only the way in is open", [web, db, denyAll, fromWeb], []],
  [
    "the ports that both ends have in common",
    [
      web,
      db,
      denyAll,
      egress("web", { to: [pods("db")] }),
      ingress("db", { from: [pods("web")], ports: [{ port: 1 }, { port: 2, protocol: "UDP" }] }),
    ],
    ["deployment_web -1, 2/UDP-> deployment_db"],
  ],
  [
    "named ports by their number",
    [
      web,
      db,
      denyAll,
      egress("web", { to: [pods("db")], ports: [{ port: 8080 }] }),
      ingress("db", { from: [pods("web")], ports: [{ port: "http" }] }),
    ],
    ["deployment_web -8080-> deployment_db"],
  ],
  ["no line between pods that no policy isolates", [web, db], []],
  [
    "the way in of an isolated pod from one that is not",
    [web, db, fromWeb],
    ["deployment_web -5432-> deployment_db"],
  ],
  [
    "expressions of a selector",
    [
      web,
      db,
      denyAll,
      policy("from-most", undefined, {
        policyTypes: ["Egress"],
        podSelector: { matchExpressions: [{ key: "app", operator: "NotIn", values: ["db"] }] },
        egress: [
          {
            to: [
              {
                podSelector: { matchExpressions: [{ key: "app", operator: "In", values: ["db"] }] },
              },
            ],
          },
        ],
      }),
      fromWeb,
    ],
    ["deployment_web -5432-> deployment_db"],
  ],
  [
    "another namespace, addresses and anyone",
    [
      web,
      denyAll,
      ingress("web", {
        from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "keda" } } }],
        ports: [{ port: 8080 }],
      }),
      egress(
        "web",
        { to: [{ ipBlock: { cidr: "10.0.0.0/8" } }], ports: [{ port: 443 }, { port: 80 }] },
        {},
      ),
    ],
    [
      "deployment_web -80, 443-> out_addresses_10_0_0_0_8",
      "deployment_web -all ports-> out_anyone",
      "in_namespace_keda -8080-> deployment_web",
    ],
  ],
  [
    "no name resolution, which every pod has",
    [
      web,
      denyAll,
      egress("web", { to: [{ namespaceSelector: {} }], ports: [{ port: 53, protocol: "UDP" }] }),
    ],
    [],
  ],
  [
    "an Ingress by way of its Service, instead of anyone",
    [
      web,
      denyAll,
      ingress("web", { ports: [{ port: 8080 }] }),
      object("Service", "front", { spec: { selector: { app: "web" }, ports: [{ port: 80 }] } }),
      object("Ingress", "site", {
        spec: {
          rules: ["a.example.org", "b.example.org"].map((host) => ({
            host,
            http: { paths: [{ backend: { service: { name: "front", port: { number: 80 } } } }] },
          })),
        },
      }),
    ],
    ["ingress_site -80-> deployment_web"],
  ],
  [
    "a load balancer",
    [
      web,
      object("Service", "front", {
        spec: { type: "LoadBalancer", selector: { app: "web" }, ports: [{ port: 80 }] },
      }),
    ],
    ["service_front -80-> deployment_web"],
  ],
  [
    "volumes of a pod, and those that a StatefulSet makes",
    [
      workload(
        "web",
        "Deployment",
        {},
        {
          volumes: [{ persistentVolumeClaim: { claimName: "files" } }, { emptyDir: {} }],
        },
      ),
      object("PersistentVolumeClaim", "files"),
      workload("db", "StatefulSet", { volumeClaimTemplates: [{ metadata: { name: "data" } }] }),
    ],
    ["deployment_web .. claim_files", "statefulset_db .. claim_db_data"],
  ],
];

describe("graph: what is drawn", () => {
  for (const [what, objects, expected] of cases) {
    it(what, () => assert.deepEqual(edges(graphOf(objects)), expected));
  }

  it("says how many pods a workload has, and when a CronJob runs", () => {
    const scaler = object("HorizontalPodAutoscaler", "web", {
      spec: { scaleTargetRef: { kind: "Deployment", name: "web" }, minReplicas: 2, maxReplicas: 6 },
    });
    const job = object("CronJob", "nightly", {
      spec: { schedule: "0 3 * * *", jobTemplate: { spec: { template: { spec: {} } } } },
    });
    const scaled = workload("web", "Deployment", { replicas: undefined });
    const { nodes } = graphOf([scaled, scaler, job, workload("db")]);
    assert.deepEqual(
      nodes.map(({ title, lines }) => [title, ...lines]),
      [
        ["nightly", "CronJob, 0 3 * * *"],
        ["db", "Deployment, 1 pod"],
        ["web", "Deployment, 2 to 6 pods"],
      ],
    );
  });

  it("names a Job without the digest of its pod, and a suspended CronJob by what starts it", () => {
    const template = { metadata: { labels: {} }, spec: {} };
    const job = object("Job", "init-0a1b2c3d", { spec: { template } });
    const spec = { schedule: "0 3 * * *", suspend: true, jobTemplate: { spec: { template } } };
    const { nodes } = graphOf([job, object("CronJob", "restore", { spec })]);
    assert.deepEqual(
      nodes.map(({ title, lines }) => [title, ...lines]),
      [
        ["restore", "CronJob, started by hand"],
        ["init", "Job"],
      ],
    );
  });

  it("takes claims that are there for those that a StatefulSet would make", () => {
    const set = workload("db", "StatefulSet", {
      replicas: 2,
      volumeClaimTemplates: [{ metadata: { name: "data" } }],
    });
    const claims = ["data-db-0", "data-db-1"].map((name) => object("PersistentVolumeClaim", name));
    const drawn = graphOf([set, ...claims]);
    assert.deepEqual(edges(drawn), [
      "statefulset_db .. claim_data_db_0",
      "statefulset_db .. claim_data_db_1",
    ]);
    assert.equal(drawn.nodes.length, 3);
  });

  for (const stack of stackNames) {
    it(`has every workload, claim and host of ${stack}`, async () => {
      const drawings = (await drawStack(root, stack)).flatMap((each) => each.drawings);
      const text = drawings.map(({ mermaid }) => mermaid).join("\n");
      const { objects } = await collectStack(stack);
      const kinds = ["Deployment", "StatefulSet", "CronJob", "PersistentVolumeClaim"];
      const shown = objects.filter(({ kind }) => kinds.includes(kind));
      assert.ok(shown.length > 0);
      for (const { metadata } of shown) assert.ok(text.includes(`<b>${metadata.name}</b>`));
      const hosts = objects.filter(({ kind }) => kind === "Ingress");
      const named = hosts.flatMap(({ spec }) => listAt(spec, "rules").map((rule) => rule["host"]));
      assert.ok(named.length > 0);
      for (const host of named) assert.ok(text.includes(String(host)), String(host));
    });
  }
});

describe("graph: Mermaid", () => {
  it("takes any text", () => {
    const odd: Graph = {
      nodes: [{ id: "a", kind: "workload", title: 'x <y> & "z" #1', lines: [] }],
      edges: [],
    };
    assert.match(asMermaid(odd), /a\["<b>x #lt;y#gt; & #quot;z#quot; #35;1<\/b>"\]/);
  });
});

describe("graph: documents", () => {
  it("show what the program deploys; else run: npm run graph", async () => {
    const files = await documents(root);
    assert.equal(files.length, 1 + Object.keys(systems).length);
    for (const { path, current, wanted } of files) assert.equal(current, wanted, path);
  });

  it("need a page that says where", () =>
    assert.throws(
      () => partOf(join(root, "LICENSE"), "network", ""),
      /LICENSE: <!-- network --> followed by <!-- \/network --> is missing; add both/,
    ));

  it("show one stack; another needs a folder", () =>
    assert.rejects(
      graph(["--stack", "dev"], root, () => undefined),
      /--out is missing: npm run graph -- --stack dev --out DIR/,
    ));
});
