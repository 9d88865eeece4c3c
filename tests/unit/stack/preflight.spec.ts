import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import type { Access } from "../../../cluster";
import { stackLabel } from "../../../lib/labels";
import { preflight } from "../../../stack/preflight";
import { discovery, kubeconfigOf } from "../../support/fakeCluster";

describe("the preflight", () => {
  /** Objects of the cluster: the stack that owns each, by path; none for an unlabelled one. */
  let live: Record<string, string | undefined> = {};
  let asked: string[] = [];
  const reviews = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews";
  /** What the server answers instead. */
  let answer: ((path: string) => readonly [number, object] | undefined) | undefined;
  let server: Server;
  let port = 0;

  before(async () => {
    server = createServer((request: IncomingMessage, response) => {
      const path = request.url ?? "";
      asked.push(`${request.method ?? ""} ${path}`);
      const [status, body] = answer?.(path) ?? known(path);
      response.writeHead(status, { "Content-Type": "application/json" });
      response.end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    ({ port } = server.address() as AddressInfo);
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    [live, asked, answer] = [{}, [], undefined];
  });

  function known(path: string): readonly [number, object] {
    if (path === "/api" || path === "/apis") return [200, discovery(path)];
    if (path === "/api/v1/namespaces") return [200, { items: [] }];
    if (path === reviews) return [201, { status: { incomplete: true } }];
    if (!(path in live)) return [404, { kind: "Status", message: `${path} not found` }];
    const owner = live[path];
    const labels = owner === undefined ? {} : { [stackLabel]: owner };
    return [200, { metadata: { name: path.split("/").at(-1), labels } }];
  }

  const kubeconfig = (scheme?: string): string => kubeconfigOf(port, scheme);

  type Wanted = readonly [type: string, props?: object, opts?: pulumi.ResourceOptions];

  const named = (name: string, more: object = {}): object => ({ metadata: { name, ...more } });
  const namespace = (name: string): Wanted => ["kubernetes:core/v1:Namespace", named(name)];
  const node = (name: string): Wanted => ["kubernetes:core/v1:NodePatch", named(name)];
  const unknown = (kind: string): Wanted => [`kubernetes:example.org/v1:${kind}`, named("x")];

  /** What the objects of a program get back: nothing, or options whose `dependsOn` must be awaited. */
  function transformed(
    wanted: readonly Wanted[],
    access: Access | pulumi.Output<Access> = { kubeconfig: kubeconfig() },
    settings: Readonly<Record<string, unknown>> = {},
  ): readonly (pulumi.ResourceTransformationResult | undefined)[] {
    const transformation = preflight("prod", access, settings);
    return wanted.map(([type, props = {}, opts = {}], index) => {
      const name = String(index);
      return transformation({ type, name, props, opts, resource: {} as pulumi.Resource });
    });
  }

  /** What every object waits for; each rejects as all the others do. */
  async function outcomes(...args: Parameters<typeof transformed>): Promise<readonly string[]> {
    const held = transformed(...args).map((result) => {
      const dependsOn = result?.opts.dependsOn as unknown as Promise<unknown>;
      return dependsOn.then(
        () => "",
        (error: unknown) => {
          // Pulumi prints such an error without a stack.
          assert.ok(pulumi.RunError.isInstance(error));
          return error.message;
        },
      );
    });
    return await Promise.all(held);
  }

  /** The one error that all the objects of a program get; empty if they pass. */
  async function refusal(...args: Parameters<typeof transformed>): Promise<string> {
    const all = new Set(await outcomes(...args));
    assert.equal(all.size, 1);
    return [...all][0] ?? "";
  }

  it("leaves what an object depends on as it was, once all is well", async () => {
    const other = {} as pulumi.Resource;
    const [first, second] = transformed([
      ["kubernetes:core/v1:Namespace", named("shop"), { dependsOn: [other], protect: true }],
      ["kubernetes:core/v1:ConfigMap"],
    ]);
    assert.equal(first?.opts.protect, true);
    assert.deepEqual(first?.props, named("shop"));
    assert.deepEqual(await (first?.opts.dependsOn as unknown as Promise<unknown>), [other]);
    assert.deepEqual(await (second?.opts.dependsOn as unknown as Promise<unknown>), []);
  });

  it("lets pass at once what is no object, and what the provider renders", () => {
    const others = ["stackberth:components:Web", "pulumi:providers:kubernetes", "random:x:Y"];
    const types = [...others, "kubernetes:helm.sh/v4:Chart"];
    assert.deepEqual(
      transformed(types.map((type) => [type])),
      types.map(() => undefined),
    );
  });

  it("asks for each kind once, and changes nothing", async () => {
    const wanted = ["a", "b", "c"].map((name): Wanted => namespace(name));
    assert.equal(await refusal(wanted), "");
    const namespaces = ["", "/a", "/b", "/c"].map((each) => `/api/v1/namespaces${each}`);
    const paths = ["/api", "/apis", ...namespaces];
    const questions = [...paths.map((path) => `GET ${path}`), `POST ${reviews}`];
    assert.deepEqual([...asked].sort(), questions.sort());
  });

  it("names every kind that the cluster does not know in one error, with how many there are", async () => {
    const wanted = [unknown("Widget"), namespace("shop"), unknown("Widget"), unknown("Gadget")];
    const message = await refusal(wanted);
    const [head, ...problems] = message.split("\n");
    assert.equal(head, "the cluster cannot take this stack; nothing was changed:");
    assert.deepEqual(
      problems.map((line) => line.replace(/: install the operator .*$/, "")),
      [
        "  the cluster does not know the kind Widget of example.org/v1 (objects of the stack: 2)",
        "  the cluster does not know the kind Gadget of example.org/v1 (objects of the stack: 1)",
      ],
    );
  });

  it("tells versions of a kind apart", async () => {
    const message = await refusal([["kubernetes:core/v2:Namespace"]]);
    assert.match(message, /the kind Namespace of v2 \(objects of the stack: 1\)/);
  });

  it("knows a kind that the program itself brings, and no other of its group", async () => {
    const definition: Wanted = [
      "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition",
      { metadata: { name: "x" }, spec: { group: "example.org", names: { kind: "Widget" } } },
    ];
    assert.equal(await refusal([unknown("Widget"), definition]), "");
    const message = await refusal([unknown("Widget"), unknown("Gadget"), definition]);
    assert.match(message, /the kind Gadget/);
    assert.doesNotMatch(message, /Widget/);
  });

  it("knows a patch by the kind that it patches", async () => {
    assert.match(await refusal([unknown("WidgetPatch")]), /the kind Widget of example\.org\/v1/);
  });

  it("lets a node be patched that is there and no other stack's", async () => {
    live = { "/api/v1/nodes/own": "prod", "/api/v1/nodes/free": undefined };
    assert.equal(await refusal([node("own"), node("free")]), "");
    live["/api/v1/nodes/theirs"] = "dev";
    const message = await refusal([node("own"), node("theirs"), node("gone")]);
    const [, ...problems] = message.split("\n").map((line) => line.replace(/\. Give .*$/, ""));
    assert.deepEqual(problems, [
      "  Node theirs: owned by stack dev in this cluster",
      "  Node gone does not exist; choose one that `kubectl get nodes` prints",
    ]);
  });

  it("refuses by name what lies outside of namespaces and is another stack's", async () => {
    live = {
      "/api/v1/namespaces/shop": "dev",
      "/api/v1/namespaces/bots": "review-pr-1",
      "/apis/rbac.authorization.k8s.io/v1/clusterroles/shop%3Aread": "dev",
    };
    const role: Wanted = [
      "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
      named("shop:read"),
    ];
    const message = await refusal([namespace("shop"), namespace("bots"), namespace("maps"), role]);
    assert.deepEqual(
      message.split("\n").map((line) => line.replace(/\. Give one of the two .*$/, "")),
      [
        "the cluster cannot take this stack; nothing was changed:",
        "  Namespace shop, ClusterRole shop:read: owned by stack dev in this cluster",
        "  Namespace bots: owned by stack review-pr-1 in this cluster",
      ],
    );
  });

  it("lets pass what is the stack's own, or nobody's", async () => {
    live = { "/api/v1/namespaces/shop": "prod", "/api/v1/namespaces/bots": undefined };
    assert.equal(await refusal([namespace("shop"), namespace("bots")]), "");
  });

  it("names the setting whose class the cluster lacks", async () => {
    const classes = "/apis/scheduling.k8s.io/v1/priorityclasses";
    answer = (path) => (path === classes ? [200, { items: [named("gold")] }] : undefined);
    const placement = { priorityClassName: "nope" };
    const settings = { "stackberth:shop": { web: { placement } } };
    const access = { kubeconfig: kubeconfig() };
    const [, ...problems] = (await refusal([namespace("shop")], access, settings)).split("\n");
    assert.deepEqual(problems, [
      "  stackberth:shop.web.placement.priorityClassName: the cluster has no PriorityClass nope; " +
        "it has gold. Choose one that `kubectl get priorityclass` prints, or create it",
    ]);
  });

  it("says both at once", async () => {
    live["/api/v1/namespaces/shop"] = "dev";
    const message = await refusal([namespace("shop"), unknown("Widget")]);
    assert.match(message, /kind Widget.*\n.*owned by stack dev/);
  });

  it("does not ask for what hangs on another object, or is in a namespace", async () => {
    const inside = named("x", { namespace: "shop" });
    const later = named("x", { namespace: pulumi.output("shop") });
    const unnamed = { metadata: { name: pulumi.output("x") } };
    const type = "kubernetes:core/v1:ConfigMap";
    assert.equal(await refusal([[type, inside], [type, later], [type, unnamed], [type]]), "");
    const questions = ["GET /api", "GET /api/v1/namespaces", "GET /apis", `POST ${reviews}`];
    assert.deepEqual([...asked].sort(), questions);
  });

  it("says plainly that the server cannot be reached", async () => {
    const message = await refusal([namespace("shop")], { kubeconfig: kubeconfig("https") });
    assert.equal(message, `cannot reach the API server https://127.0.0.1:${port} (EPROTO)`);
  });

  it("says plainly that there is no such context", async () => {
    const access = { kubeconfig: kubeconfig(), context: "kind" };
    assert.equal(
      await refusal([namespace("shop")], access),
      "context kind is missing in the kubeconfig; it has: fake",
    );
  });

  it("says what the server says that refuses", async () => {
    answer = () => [403, { message: "namespaces is forbidden" }];
    assert.equal(await refusal([namespace("shop")]), "namespaces is forbidden");
  });

  it("refuses a server that is too old to tell its kinds", async () => {
    answer = () => [200, { kind: "APIVersions" }];
    assert.match(await refusal([namespace("shop")]), /must run Kubernetes 1\.27 or newer/);
  });

  it("takes its access as the provider does, as an output too", async () => {
    const access = pulumi.secret({ kubeconfig: kubeconfig(), context: "fake" });
    assert.equal(await refusal([namespace("shop")], access), "");
  });

  it("keeps its message through the SDK, which puts a property before it", async () => {
    const [result] = transformed([unknown("Widget")]);
    const held = result?.opts.dependsOn as unknown as Promise<unknown>;
    const error = await held.then(
      () => assert.fail("it passed"),
      (refused: unknown) => refused as Error,
    );
    const { message } = error;
    error.message = `Unexpected error at metadata: ${message}`;
    assert.equal(error.message, message);
  });
});
