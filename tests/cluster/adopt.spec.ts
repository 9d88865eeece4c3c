import assert from "node:assert/strict";
import { at, type KubeObject } from "../../lib/objects";
import { applyFixture, contents, runPrinted, settled, uidOf } from "../support/adopted";
import { kubectl } from "../support/kubectl";
import { feed, type Ran, run, TestStack } from "../support/stackberth";
import { live, testCluster, versions } from "../support/testCluster";

type Contents = ReadonlyMap<string, KubeObject>;

async function ended(code: number, command: string, stack: string): Promise<string> {
  const ran: Ran = await run(command, "--stack", stack);
  assert.equal(ran.code, code, ran.output);
  return ran.output;
}

describe("OpenMS that kubectl has deployed, taken over by a stack", function () {
  this.timeout(25 * 60_000);
  const name = "test-adopt";
  const claim = `PersistentVolumeClaim|${name}|workspaces-pvc`;
  const secret = `Secret|${name}|streamlit-secrets`;
  let stack: TestStack;
  let original: Contents;

  before(async () => {
    await testCluster();
    stack = new TestStack(name);
    stack.set(["stackberth:openms", "workspaces", "existingClaim"], "workspaces-pvc");
    stack.set(["stackberth:openms", "exposure", "hosts"], [`${name}.localhost`]);
    await applyFixture("openms", name);
    await settled(name);
    original = await contents(name);
    assert.equal(original.size, 12, [...original.keys()].join("\n"));
  });
  after(async () => {
    await run("down", "--stack", name);
    await kubectl("delete", "namespace", name, "--ignore-not-found");
    stack.remove();
  });

  it("cannot be taken over as it is; nothing is changed, whichever command says so", async () => {
    const adopt = await ended(1, "adopt", name);
    assert.match(adopt, /^cannot +Deployment test-adopt\/redis$/m);
    assert.match(adopt, /cannot change spec\.selector\.matchLabels\.component redis → \(none\)/);
    assert.match(adopt, /^ +key secrets\.toml has another value than the stack's$/m);
    assert.doesNotMatch(adopt, /chosen-long-ago/);
    assert.match(adopt, /^2 of 4 cannot be taken over; nothing was changed$/m);
    for (const command of ["preview", "up"]) {
      const refused = await ended(1, command, name);
      assert.match(refused, /nothing was changed/);
      assert.match(
        refused,
        /Deployment test-adopt\/redis: exists, and cannot change spec\.selector/,
      );
      assert.match(refused, /Secret test-adopt\/streamlit-secrets: is made by somebody else/);
    }
    assert.deepEqual(await contents(name), original);
  });

  it("shows what changes, what stays beside it, and where its volume goes", async () => {
    const adopt = await ended(1, "adopt", name);
    assert.match(adopt, /^take over +Service test-adopt\/redis$/m);
    assert.match(adopt, /^ +spec\.selector\.component: redis -> \(none\)$/m);
    assert.match(adopt, /^beside +Deployment test-adopt\/rq-worker$/m);
    assert.match(adopt, /^beside +\S+ test-adopt\/workspaces-pvc, mounted as it is$/m);
    stack.set(["stackberth:openms", "workspaces", "existingClaim"], undefined);
    const without = await ended(1, "adopt", name);
    assert.match(without, /test-adopt\/workspaces-pvc, which no pod of the stack mounts$/m);
    stack.set(["stackberth:openms", "workspaces", "existingClaim"], "workspaces-pvc");
  });

  it("can be once the printed commands were run, and the Secret's value was stored", async () => {
    const flags = ["--stack", name, "--set", "openmsAdminPassword"];
    const stored = await feed("chosen-long-ago-by-hand", "secrets", ...flags);
    assert.equal(stored.code, 0, stored.output);
    const first = await ended(1, "adopt", name);
    assert.match(first, /^ +key secrets\.toml has the stack's value$/m);
    await runPrinted(first, "delete", "deployment", "redis");
    await runPrinted(first, "label", "secret");
    const second = await ended(0, "adopt", name);
    assert.match(second, /^up takes over 2 of \d+ objects; nothing was changed$/m);
  });

  it("keeps its volume, its Secret, its Service and its namespace", async () => {
    await ended(0, "up", name);
    const after = await contents(name);
    const same = [claim, secret, `Service|${name}|redis`, `Namespace||${name}`];
    for (const key of same) assert.equal(uidOf(after, key), uidOf(original, key), key);
    assert.deepEqual(after.get(claim), original.get(claim));
    assert.deepEqual(at(after.get(secret), "data"), at(original.get(secret), "data"));
    for (const role of ["web", "worker"]) {
      const pod = JSON.stringify((await live("Deployment", name, role))["spec"]);
      assert.match(pod, /"claimName":"workspaces-pvc"/);
    }
    const preview = await run("preview", "--stack", name, "--expect-no-changes");
    assert.equal(preview.code, 0, preview.output);
  });

  it("leaves what is beside it alone, until the printed command ends that", async () => {
    const after = await contents(name);
    const others = [...original.keys()].filter((key) =>
      /streamlit$|rq-worker$|-cleanup$/.test(key),
    );
    assert.equal(others.length, 5);
    for (const key of others) assert.equal(uidOf(after, key), uidOf(original, key), key);
    await runPrinted(await ended(0, "adopt", name), "delete");
    const left = await contents(name);
    assert.deepEqual(
      others.filter((key) => left.has(key)),
      [],
    );
    assert.equal(uidOf(left, claim), uidOf(original, claim));
  });

  it("goes without the volume, which it has not made", async () => {
    const down = await ended(0, "down", name);
    assert.match(down, /^kept +Namespace test-adopt, which holds .*workspaces-pvc$/m);
    assert.equal(uidOf(await contents(name), claim), uidOf(original, claim));
    assert.deepEqual(await versions(name), {});
  });
});

describe("OpenML that kubectl has deployed, with a Secret that stays its owner's", function () {
  this.timeout(25 * 60_000);
  const name = "test-adopt-openml";
  let stack: TestStack;

  before(async () => {
    await testCluster();
    stack = new TestStack(name, "dev", "openml");
    stack.set(["stackberth:secretsMode"], "existing");
    const names = { backend: "openml-backend-dev-secrets" };
    stack.set(["stackberth:openml", "secretNames"], names);
    await applyFixture("openml", name);
    await settled(name);
  });
  after(async () => {
    await run("down", "--stack", name);
    await kubectl("delete", "namespace", name, "--ignore-not-found");
    stack.remove();
  });

  it("cannot shrink the volume, and takes it with the size that it has", async () => {
    const small = await ended(1, "adopt", name);
    assert.match(small, /^cannot +PersistentVolumeClaim test-adopt-openml\/openml-data$/m);
    assert.match(small, /cannot change spec\.resources\.requests\.storage 2Gi → 1Gi/);
    stack.set(["stackberth:openml", "database", "size"], "2Gi");
    const sized = await ended(1, "adopt", name);
    assert.match(sized, /^take over +PersistentVolumeClaim test-adopt-openml\/openml-data$/m);
    await runPrinted(sized, "delete", "deployment", "openml-backend");
  });

  it("keeps the volume, the Service and the ConfigMap, and does not touch the Secret", async () => {
    const before = await contents(name);
    await ended(0, "adopt", name);
    await ended(0, "up", name);
    const after = await contents(name);
    for (const key of [
      `PersistentVolumeClaim|${name}|openml-data`,
      `Service|${name}|openml-backend`,
      `ConfigMap|${name}|openml-backend-config`,
    ]) {
      assert.equal(uidOf(after, key), uidOf(before, key), key);
      assert.equal(after.get(key)?.metadata.labels?.["stackberth.dev/stack"], name, key);
    }
    const [claim, secret] = ["openml-data", "openml-backend-dev-secrets"];
    const volume = (found: Contents): unknown =>
      at(found.get(`PersistentVolumeClaim|${name}|${claim}`), "spec");
    assert.deepEqual(volume(after), volume(before));
    assert.deepEqual(after.get(`Secret|${name}|${secret}`), before.get(`Secret|${name}|${secret}`));
    const preview = await run("preview", "--stack", name, "--expect-no-changes");
    assert.equal(preview.code, 0, preview.output);
  });
});

describe("what a stack cannot take over", function () {
  this.timeout(25 * 60_000);
  const name = "test-adopt-refused";
  const [openms, mip] = [`${name}-openms`, `${name}-mip-dementia`];
  let stack: TestStack;
  let original: Contents;
  let adopt: string;
  let preview: string;

  before(async () => {
    await testCluster();
    stack = new TestStack(name, "dev", ["openms", "mip"]);
    await kubectl("create", "namespace", openms);
    await kubectl("create", "configmap", "maker", "-n", openms);
    const { uid } = (await live("ConfigMap", openms, "maker")).metadata;
    await applyFixture("refused", name, { UID: String(uid) });
    await kubectl("wait", "pvc", "-n", openms, "--all", "--for=jsonpath={.status.phase}=Bound");
    original = await contents(openms, mip);
    adopt = await ended(1, "adopt", name);
    preview = await ended(1, "preview", name);
  });
  after(async () => {
    await kubectl("delete", "namespace", openms, mip, "--ignore-not-found");
    stack.remove();
  });

  /** What is said of an object, up to the way out. */
  const said = (object: string): string => {
    const lines = adopt.split("\n");
    const first = lines.findIndex((line) => line.startsWith("cannot ") && line.endsWith(object));
    assert.ok(first >= 0, adopt);
    const end = lines.findIndex((line, index) => index > first && !line.startsWith("    "));
    return lines.slice(first, end).join("\n");
  };

  const cases: readonly (readonly [why: string, object: string, field: RegExp, way: RegExp])[] = [
    [
      "a selector",
      "Deployment test-adopt-refused-openms/worker",
      /spec\.selector\.matchLabels\.app worker → \(none\)/,
      /`kubectl delete deployment worker -n test-adopt-refused-openms`/,
    ],
    [
      "an update strategy that stays",
      "Deployment test-adopt-refused-openms/redis",
      /spec\.strategy\.rollingUpdate \{.*\} → \(none\)/,
      /kubectl delete deployment redis/,
    ],
    [
      "a volume's access mode and class",
      "PersistentVolumeClaim test-adopt-refused-openms/workspaces",
      /spec\.accessModes\[0\] ReadWriteOnce → ReadWriteMany, spec\.storageClassName standard → nfs/,
      /Set in the stack's file what was found; .* existingClaim/,
    ],
    [
      "a volume that would shrink",
      "PersistentVolumeClaim test-adopt-refused-openms/redis-data",
      /spec\.resources\.requests\.storage 20Gi → 1Gi/,
      /Set in the stack's file what was found/,
    ],
    [
      "an object that another one makes",
      "ConfigMap test-adopt-refused-openms/openms-config",
      /ConfigMap maker makes it/,
      /Remove ConfigMap maker first/,
    ],
    [
      "a Service with an address",
      "Service test-adopt-refused-mip-dementia/exaflow-workers",
      /spec\.clusterIP \d+\.\d+\.\d+\.\d+ → None/,
      /kubectl delete service exaflow-workers/,
    ],
    [
      "a claim template",
      "StatefulSet test-adopt-refused-mip-dementia/exaflow-localworker",
      /spec\.volumeClaimTemplates\[0\]\.spec\.accessModes\[0\] ReadWriteMany → ReadWriteOnce/,
      /kubectl delete statefulset exaflow-localworker -n \S+ --cascade=orphan && kubectl delete pods -l app=localworker/,
    ],
  ];
  for (const [why, object, field, way] of cases) {
    it(`${why}: by its field and the way out, and up refuses it too`, () => {
      assert.match(said(object), field);
      assert.match(said(object), way);
      const line = preview.split("\n").find((each) => each.includes(`${object}: exists`)) ?? "";
      assert.match(line, field);
      assert.match(line, way);
    });
  }

  it("a container that would stay beside the stack's", () => {
    const text = said("Deployment test-adopt-refused-openms/web");
    assert.match(text, /spec\.template\.spec\.containers\[streamlit\] .* would stay/);
    assert.match(text, /Take that out of it; or run `kubectl delete deployment web/);
  });

  it("a Secret without the stack's keys", () => {
    const text = said("Secret test-adopt-refused-openms/streamlit-secrets");
    assert.match(text, /key secrets\.toml is missing/);
    assert.match(text, /npm run secrets -- --stack test-adopt-refused --set KEY/);
  });

  it("an object of another stack", () =>
    assert.match(said(`CronJob ${openms}/clean-up-workspaces`), /owned by stack someone/));

  it("an object that the API server will not have there", () =>
    assert.match(said(`Ingress ${openms}/web`), /exceeded quota: no-ingresses/));

  it("says how Helm forgets what the stack takes over", () => {
    assert.match(
      adopt,
      /Helm's release lab: never uninstall it, .*-l owner=helm,name=lab -n test-/,
    );
  });

  it("changes nothing", async () => {
    assert.match(preview, /nothing was changed/);
    assert.deepEqual(await contents(openms, mip), original);
  });
});
