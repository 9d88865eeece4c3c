import assert from "node:assert/strict";
import { at, type Json, listAt } from "../../lib/objects";
import { Account } from "../support/account";
import { kubectl } from "../support/kubectl";
import { jobCode, ofSource, ownPod } from "../support/maps";
import { needsPython } from "../support/python";
import { run, TestStack } from "../support/stackberth";
import { testCluster } from "../support/testCluster";

const name = "test-maps-own-pods";
const ofStack = ["--stack", name];
const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
const pod = (id: string): Json => ownPod(id, ofSource.runner.image);

/** The pod with its specification or container changed. */
function changed(
  spec: Readonly<Record<string, unknown>>,
  container: Readonly<Record<string, unknown>> = {},
): Json {
  const made = structuredClone(pod("b1"));
  Object.assign(at(made, "spec") as object, spec);
  Object.assign(at(made, "spec", "containers", 0) as object, container);
  return made;
}

describe("MAPS with the pods that the public source builds, on the embedded API server", function () {
  // The first start compiles the control plane.
  this.timeout(25 * 60_000);
  const stack = new TestStack(name, "dev", "maps");
  let backend: Account;

  before(async () => {
    stack.set(["stackberth:maps", "cleanUp", "suspend"], true);
    await testCluster();
    const { code, output } = await run("up", ...ofStack);
    assert.equal(code, 0, output);
    backend = await Account.open(name, "maps-backend-sa");
  });
  after(async () => {
    (backend as Account | undefined)?.close();
    await run("down", ...ofStack);
    stack.remove();
  });
  afterEach(async () => {
    const selector = ["-n", name, "--selector", "app=maps-runner", "--now"];
    await kubectl("delete", "pods", ...selector);
  });

  it("runs a script: its code and its pod, which gets no token", async () => {
    await backend.create(jobCode("a1"));
    await backend.create(pod("a1"));
    await kubectl(
      ...["wait", "pod/runner-a1", "-n", name, "--timeout=120s"],
      "--for=jsonpath={.status.phase}=Running",
    );
    const made: unknown = JSON.parse(
      await kubectl("get", "pod", "runner-a1", "-n", name, "-o", "json"),
    );
    assert.doesNotMatch(JSON.stringify(made), /serviceAccountToken|kube-api-access/);
    const [, , parameters] = listAt(made, "spec", "containers", 0, "env");
    assert.deepEqual(parameters, { name: "MAPS_SCRIPT_PARAMETERS", value: "threshold=3" });
    await backend.kubectl("delete", "configmap/job-code-a1", "--wait=false");
  });

  const secret = { name: "s", secret: { secretName: "maps-auth" } };
  const refused: readonly (readonly [title: string, pod: Json, says: RegExp])[] = [
    ["with a token", changed({ automountServiceAccountToken: true }), /without a token/],
    [
      "as the backend",
      changed({ serviceAccountName: "maps-backend-sa" }),
      /uses the account tfstack-maps-data-analysis/,
    ],
    ["that restarts", changed({ restartPolicy: "Always" }), /restartPolicy: Never/],
    [
      "with a capability that Pod Security baseline allows",
      changed({}, { securityContext: { capabilities: { add: ["CHOWN"] } } }),
      /adds no capabilities/,
    ],
    [
      "on its node's network",
      changed({ hostNetwork: true }),
      /shares nothing with its node|violates PodSecurity "baseline/,
    ],
    [
      "with privileges",
      changed({}, { securityContext: { privileged: true } }),
      /is not privileged|violates PodSecurity "baseline/,
    ],
    ["with a Secret", changed({ volumes: [secret] }, { volumeMounts: [] }), /empty volumes/],
    ["of another image", changed({}, { image: "example.org/miner:1" }), /of the image/],
  ];
  for (const [title, broken, says] of refused) {
    it(`refuses a runner ${title}`, async () => {
      await assert.rejects(backend.create(broken), says);
    });
  }

  it("limits the number of pods", async () => {
    let refusal = "";
    for (let id = 0; id < 20 && refusal === ""; id += 1) {
      refusal = await backend.create(pod(`c${id}`)).then(
        () => "",
        (error: unknown) => String(error),
      );
    }
    // Five runners, and eight for everything else.
    assert.match(refusal, /exceeded quota: all-pods.*limited: pods=13/);
  });

  it("ends a script that runs for ever", async function () {
    needsPython(this);
    const cleanUp = await Account.open(name, "clean-up-runners");
    try {
      await backend.create(pod("d1"));
      const young = await cleanUp.runScript("clean-up-runners");
      assert.deepEqual([young.code, young.output], [0, ""]);
      const later = Math.floor(Date.now() / 1000) + 700;
      const { code, output } = await cleanUp.runScript("clean-up-runners", { now: later });
      assert.equal(code, 0, output);
      assert.equal(output.trim(), "deleted pods/runner-d1");
    } finally {
      cleanUp.close();
    }
  });

  it("goes with a pod that no controller owns and that still holds the volume", async () => {
    await backend.create(pod("e1"));
    const { code, output } = await run("down", ...ofStack);
    assert.equal(code, 0, output);
    assert.match(output, /\d+ deleted in/);
    const { cluster } = await testCluster();
    assert.equal(await cluster.find(namespace), undefined);
  });
});
