import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Cluster } from "../../../cluster";
import { ownedBy } from "../../../cluster/ownership";
import { retainAnnotation } from "../../../lib/labels";
import { deleteUnownedPods } from "../../../tools/pulumi/unownedPods";
import { discovery, kubeconfigOf } from "../../support/fakeCluster";

describe("pods without an owner, when a stack goes", () => {
  const deleted: string[] = [];
  let server: Server;
  let cluster: Cluster;

  const named = (name: string, more = {}): object => ({ metadata: { name, ...more } });
  const pods = (namespace: string): readonly object[] => [
    named("script", { namespace }),
    named("web", { namespace, ownerReferences: [{ kind: "ReplicaSet", name: "web" }] }),
  ];
  const answers: Readonly<Record<string, readonly object[]>> = {
    [`/api/v1/namespaces?${new URLSearchParams({ labelSelector: ownedBy("dev") }).toString()}`]: [
      named("goes"),
      named("occupied"),
      named("retained", { annotations: { [retainAnnotation]: "true" } }),
    ],
    "/api/v1/namespaces/goes/pods": pods("goes"),
    "/api/v1/namespaces/occupied/pods": pods("occupied"),
    "/api/v1/namespaces/retained/pods": pods("retained"),
  };

  before(async () => {
    server = createServer(({ method = "", url = "" }, response) => {
      if (method === "DELETE") deleted.push(url);
      const items = answers[url];
      const body = items === undefined ? discovery(url) : { items };
      response.writeHead(200, { "Content-Type": "application/json" });
      response.end(JSON.stringify(method === "DELETE" ? {} : body));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    cluster = await Cluster.open({
      kubeconfig: kubeconfigOf((server.address() as AddressInfo).port),
    });
  });
  after(() => {
    server.close();
  });

  it("are deleted where their namespace goes too, and nowhere else", async () => {
    await deleteUnownedPods(cluster, "dev", ["occupied"]);
    assert.deepEqual(deleted, ["/api/v1/namespaces/goes/pods/script"]);
  });
});
