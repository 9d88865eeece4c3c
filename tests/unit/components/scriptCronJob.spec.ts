import assert from "node:assert/strict";
import { type Namespace, ScriptCronJob, type ScriptCronJobArgs } from "../../../components";
import {
  assertParents,
  digestsOf,
  inContainer,
  inPod,
  itRefuses,
  objectsIn,
} from "../../support/components";
import { count, one, read } from "../../support/deploy";
import { needsPython, python } from "../../support/python";

const script = 'print("hello")\n';
const rules = [{ apiGroups: [""], resources: ["pods"], verbs: ["list"] }];
const make =
  (args: Partial<ScriptCronJobArgs> = {}) =>
  (namespace: Namespace) =>
    new ScriptCronJob("tidy", { namespace, schedule: "0 3 * * *", script, ...args });

describe("ScriptCronJob", () => {
  it("runs its script from a ConfigMap, without rights", async () => {
    const found = await objectsIn(make());
    assert.deepEqual(one(found, "ConfigMap", "tidy-script").data, { "main.py": script });
    const job = one(found, "CronJob", "tidy");
    assert.deepEqual(inContainer(job, "command"), ["python", "/scripts/main.py"]);
    assert.equal(inContainer(job, "image"), "python:3.14.0-alpine3.22");
    assert.deepEqual(inContainer(job, "volumeMounts.0"), {
      name: "tidy-script",
      mountPath: "/scripts",
      readOnly: true,
    });
    assert.equal(inPod(job, "spec.automountServiceAccountToken"), false);
    for (const kind of ["ServiceAccount", "Role", "NetworkPolicy"]) {
      assert.equal(count(found, kind), 0, kind);
    }
    assertParents(found, "CronJob");
  });

  it("with rules gets an account, a token, access to the API server and its Python module", async () => {
    const found = await objectsIn(make({ rules, apiServer: { cidrs: ["203.0.113.1/32"] } }));
    const job = one(found, "CronJob", "tidy");
    assert.equal(inPod(job, "spec.automountServiceAccountToken"), true);
    assert.equal(inPod(job, "spec.serviceAccountName"), "tidy");
    assert.deepEqual(read(one(found, "Role", "tidy"), "rules"), rules);
    const { data } = one(found, "ConfigMap", "tidy-script");
    assert.match(data?.["kubernetes_api.py"] ?? "", /class Api/);
    const policy = one(found, "NetworkPolicy", "tidy-api-server-from-tidy");
    assert.equal(read(policy, "spec.egress.0.to.0.ipBlock.cidr"), "203.0.113.1/32");
  });

  it("accepts every argument", async () => {
    const job = one(
      await objectsIn(
        make({
          name: "other",
          image: "python:3.13-slim",
          env: { KEEP: "3" },
          suspend: true,
          runAsUser: 1234,
        }),
      ),
      "CronJob",
      "other",
    );
    assert.equal(inContainer(job, "image"), "python:3.13-slim");
    assert.deepEqual(inContainer(job, "env.0"), { name: "KEEP", value: "3" });
    assert.equal(read(job, "spec.suspend"), true);
    assert.equal(inPod(job, "spec.securityContext.runAsUser"), 1234);
  });

  it("changes its digest with its script", async () => {
    const digest = async (text: string) =>
      digestsOf(one(await objectsIn(make({ script: text })), "CronJob"));
    assert.deepEqual(Object.keys(await digest("a")), ["stackberth.dev/digest-tidy-script"]);
    assert.notDeepEqual(await digest("a"), await digest("b"));
  });

  it("includes a module that Python can load", async function () {
    needsPython(this);
    const { code, output } = await python(
      ["-c", "import kubernetes_api; print(kubernetes_api.ACCOUNT)"],
      {
        PYTHONPATH: "components/files",
      },
    );
    assert.equal(code, 0, output);
    assert.equal(output.trim(), "/var/run/secrets/kubernetes.io/serviceaccount");
  });

  itRefuses([
    [
      "a wildcard",
      make({ rules: [{ ...rules[0]!, verbs: ["*"] }] }),
      "rules[0].verbs",
      /list each one/,
    ],
    ["four fields", make({ schedule: "0 3 * *" }), "schedule", /five fields/],
  ]);
});
