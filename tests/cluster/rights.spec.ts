import assert from "node:assert/strict";
import { Account } from "../support/account";
import { kubectl } from "../support/kubectl";
import { environment, type Ran, start, TestStack } from "../support/stackberth";
import { apply, live, testCluster } from "../support/testCluster";

const name = "test-rights";
/** Where the user is an account; the stack makes its own namespace. */
const home = `${name}-users`;
const subjects = [{ kind: "ServiceAccount", name: "deployer", namespace: home }];

/** `admin` is Kubernetes' own; the other is the test's. */
const roleName = (role: string): string => (role === "admin" ? role : `${name}-${role}`);

/** Gives the user the rights of a ClusterRole everywhere. */
const grant = (role: string): Promise<void> =>
  apply({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name: `${name}-${role}` },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: roleName(role) },
    subjects,
  });

/** A line of a refusal: where, and what is missing. */
const line = /^ +in (the whole cluster|namespace \S+), this user may not: (.*?)\. Ask /gm;

/** The missing rights that a refusal names, as the rules of a role. */
function rulesIn(output: string): readonly object[] {
  return [...output.matchAll(line)].flatMap(([, , missing = ""]) =>
    missing.split("; ").map((each) => {
      const [, verbs = "", resource = ""] = /^(.*) (\S+)$/.exec(each) ?? [];
      const [plural = "", ...group] = resource.split(".");
      return { verbs: verbs.split(", "), apiGroups: [group.join(".")], resources: [plural] };
    }),
  );
}

describe("a user with too few rights", function () {
  this.timeout(10 * 60_000);
  const stack = new TestStack(name);
  let user: Account;
  let refused: Ran;

  /** A process of its own, which must leave nothing locked when it ends. */
  const command = (word: string): Promise<Ran> =>
    start([word, "--stack", name], {
      env: { ...environment(), STACKBERTH_KUBECONFIG: user.kubeconfig },
    }).done;

  before(async () => {
    await testCluster();
    await kubectl("create", "namespace", home);
    await kubectl("create", "serviceaccount", "deployer", "-n", home);
    await grant("admin");
    user = await Account.open(home, "deployer");
    refused = await command("up");
  });
  after(async () => {
    await start(["down", "--stack", name]).done;
    stack.remove();
    user?.close();
    await kubectl("delete", "namespace", home);
    for (const each of ["admin", "missing"]) {
      await kubectl("delete", "clusterrolebinding", `${name}-${each}`, "--ignore-not-found");
    }
    await kubectl("delete", "clusterrole", `${name}-missing`, "--ignore-not-found");
  });

  it("is told which, before anything changes", async () => {
    assert.equal(refused.code, 1, refused.output);
    assert.match(refused.output, /the cluster cannot take this stack; nothing was changed:/);
    assert.match(
      refused.output,
      /in the whole cluster, this user may not: .*create, patch namespaces/,
    );
    assert.match(refused.output, /in namespace test-rights, this user may not: .*limitranges/);
    await assert.rejects(live("Namespace", undefined, name), /there is no Namespace/);
  });

  it("is told the same again: the first time has left no lock", async () => {
    const again = await command("up");
    assert.equal(again.code, 1, again.output);
    assert.deepEqual(rulesIn(again.output), rulesIn(refused.output));
  });

  it("deploys with what was named, and nothing else", async () => {
    await apply({
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name: `${name}-missing` },
      rules: rulesIn(refused.output),
    });
    await grant("missing");
    const { code, output } = await command("up");
    assert.equal(code, 0, output);
    await live("Namespace", undefined, name);
  });
});
