import assert from "node:assert/strict";
import { clusterProvider } from "../../../stack/provider";
import { deployed } from "../../support/deploy";
import { Sandbox } from "../../support/sandbox";

describe("a stack's provider", () => {
  const sandbox = new Sandbox();

  it("keeps no path of this machine in the state", async () => {
    sandbox.setenv({ KUBECONFIG: "/home/somebody/.kube/config" });
    const { resources } = await deployed(() => clusterProvider("test", { context: "lab" }));
    const [provider, ...others] = resources;
    assert.equal(provider?.inputs["context"], "lab");
    assert.equal(provider.inputs["kubeconfig"], "");
    assert.deepEqual(others, []);
  });
});
