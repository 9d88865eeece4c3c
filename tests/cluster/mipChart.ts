import assert from "node:assert/strict";
import { join } from "node:path";
import { at, listAt, textAt } from "../../lib/objects";
import { ownedBy } from "../../cluster/ownership";
import { addNodes, removeNodes } from "../support/simulatedNodes";
import { feed, root, run, TestStack, unchanged } from "../support/stackberth";
import { live, testCluster } from "../support/testCluster";

const stackName = "test-mip-chart";
const host = "vm-chart";
const chart = join(root, "tests", "fixtures", "charts", "hub");
const settings = {
  managedCluster: false,
  labelNodes: true,
  notebook: { chart },
  // The published front ends cannot pass requests on to the notebooks, and machines have no Ingress.
  images: { frontend: "registry.example.org/platform-ui:1.3.0" },
  federations: [
    {
      name: "chart",
      namespace: stackName,
      localnodes: 1,
      keycloakClientId: "mip",
      notebook: true,
      publicUrl: "https://mip.example.org",
      nodes: { master: host, workers: [host] },
      nodePorts: { frontend: 30040, frontendTls: 30041, controller: 30042 },
    },
  ],
};

describe("MIP with the notebook's chart, node labels and node folders", function () {
  this.timeout(25 * 60_000);
  let stack: TestStack;
  const pulumi = (command: string) => run(command, "--stack", stackName);

  before(async () => {
    stack = new TestStack(stackName, "dev", "mip");
    stack.set(["stackberth:mip"], settings);
    await testCluster();
    await addNodes([host]);
    const key = "mipChartKeycloakClientSecret";
    const set = await feed("from-keycloak-0", "secrets", "--stack", stackName, "--set", key);
    assert.equal(set.code, 0, set.output);
    const made = await run("secrets", "--stack", stackName);
    assert.equal(made.code, 0, made.output);
  });
  after(async () => {
    await pulumi("down");
    await removeNodes([host]);
    stack.remove();
  });

  it("deploys the chart and everything else", async () => {
    const { code, output } = await pulumi("up");
    assert.equal(code, 0, output);
    const service = await live("Service", stackName, "jupyterhub-proxy-public");
    assert.equal(at(service, "spec", "type"), "ClusterIP");
    assert.equal(at(service, "spec", "ports", 0, "port"), 80);
    const proxy = await live("Deployment", stackName, "jupyterhub-proxy");
    assert.equal(at(proxy, "status", "availableReplicas"), 1);
  });

  it("passes values to the chart, and its address to the front end", async () => {
    const { data } = await live("ConfigMap", stackName, "jupyterhub-hub");
    assert.equal(at(data, "baseUrl"), "/notebook");
    assert.equal(at(data, "authenticator"), "generic-oauth");
    assert.match(textAt(data, "portal.py"), /PORTAL_TOKEN/);
    const frontend = await live("Deployment", stackName, "frontend");
    const env = listAt(frontend, "spec", "template", "spec", "containers", 0, "env");
    const value = (name: string): unknown => env.find((each) => each["name"] === name)?.["value"];
    assert.equal(value("NOTEBOOK_ENABLED"), "1");
    assert.equal(value("JUPYTER_SERVER"), "jupyterhub-proxy-public:80");
    assert.equal(value("JUPYTER_CONTEXT"), "notebook");
    assert.equal(value("JUPYTER_LANDING_PATH"), "/hub/spawn");
  });

  it("derives the chart's keys from the stack's secrets, each a different one", async () => {
    const secret = await live("Secret", stackName, "jupyterhub-hub");
    const keys = Object.values(secret["data"] as Record<string, string>).map((each) =>
      Buffer.from(each, "base64").toString(),
    );
    for (const key of keys) assert.match(key, /^[0-9a-f]{64}$/);
    assert.equal(new Set(keys).size, 2);
  });

  it("labels the node, and puts the volumes on it", async () => {
    const { metadata } = await live("Node", undefined, host);
    assert.equal(metadata.labels?.["master"], "true");
    assert.equal(metadata.labels["worker"], "true");
    const volume = await live("PersistentVolume", undefined, `${stackName}-portal-db-data`);
    assert.equal(textAt(volume, "status", "phase"), "Bound");
  });

  it("changes nothing the second time", async () => {
    const { code, output } = await pulumi("up");
    assert.equal(code, 0, output);
    assert.match(output, unchanged);
  });

  it("removes everything but the node, and takes its labels off", async () => {
    const { code, output } = await pulumi("down");
    assert.equal(code, 0, output);
    const { cluster } = await testCluster();
    assert.deepEqual(await cluster.labelled(ownedBy(stackName)), []);
    const { metadata } = await live("Node", undefined, host);
    assert.equal(metadata.labels?.["master"], undefined);
  });
});
