import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { systemOf } from "../../cluster/ownership";
import { at, type KubeObject, textAt } from "../../lib/objects";
import { templateOf } from "../../lib/workloads";
import { kubectl } from "../support/kubectl";
import {
  type AccountName,
  accountsOf,
  applyRbac,
  clientOf,
  discovered,
  fullName,
  labels,
  may,
  rbacOf,
  rightsIn,
} from "../support/rights";
import { collectStack, stackNames } from "../support/stacks";
import { root } from "../support/stackberth";

type Verbs = Readonly<Record<string, string>>;
const table = parse(readFileSync(join(root, "tests", "fixtures", "rights.yaml"), "utf8")) as {
  readonly everyone: Verbs;
} & Readonly<Record<string, Readonly<Record<string, Verbs>>>>;

const written = (verbs: Verbs = {}): readonly string[] =>
  Object.entries(verbs).flatMap(([resource, text]) =>
    text.split(" ").map((verb) => `${verb} ${resource}`),
  );

/** What no account of these stacks may do, wherever. */
const sensitive: Readonly<Record<string, string>> = {
  secrets: "get list watch create",
  "pods/exec": "create get",
  "pods/attach": "create",
  "pods/portforward": "create",
  "pods/ephemeralcontainers": "patch",
  "serviceaccounts/token": "create",
  serviceaccounts: "impersonate",
  users: "impersonate",
  groups: "impersonate",
  nodes: "get list",
  "nodes/proxy": "get create",
  namespaces: "list create delete",
  persistentvolumes: "get create",
  "roles.rbac.authorization.k8s.io": "create escalate bind",
  "rolebindings.rbac.authorization.k8s.io": "create",
  "clusterroles.rbac.authorization.k8s.io": "create escalate bind",
  "clusterrolebindings.rbac.authorization.k8s.io": "create",
  "networkpolicies.networking.k8s.io": "delete patch",
  "validatingadmissionpolicybindings.admissionregistration.k8s.io": "delete",
};

describe("identity: what each ServiceAccount may do", function () {
  this.timeout(25 * 60_000);
  const prefix = (stack: string): string => `test-rights-${stack}-`;
  const stacks = new Map<string, readonly KubeObject[]>();
  let resources: Awaited<ReturnType<typeof discovered>>;

  before(async () => {
    for (const stack of stackNames) stacks.set(stack, (await collectStack(stack)).objects);
    resources = await discovered();
    await applyRbac(stackNames.flatMap((stack) => rbacOf(objectsOf(stack), prefix(stack))));
  });
  after(async () => {
    const selector = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
    await kubectl("delete", "namespaces", "--selector", selector.join(","));
  });

  const objectsOf = (stack: string): readonly KubeObject[] => stacks.get(stack) ?? [];
  const systemIn = (stack: string, namespace: string): string =>
    systemOf(objectsOf(stack).find(({ metadata }) => metadata.name === namespace) as KubeObject);

  /** What differs from the table, of each account of a stack in each of its namespaces and in the cluster's. */
  async function differences(stack: string, moved = prefix(stack)): Promise<readonly string[]> {
    const accounts = accountsOf(objectsOf(stack));
    const namespaces = [...new Set(accounts.map(({ namespace }) => `${moved}${namespace}`))];
    const found = accounts.map(async ({ namespace, name }) => {
      const own = written(table[systemIn(stack, namespace)]?.[name]);
      const account = { namespace: `${moved}${namespace}`, name };
      const client = await clientOf(account);
      const each = [...namespaces, "default", "kube-system"].map(async (place) => {
        const rights = await rightsIn(client, place, resources);
        const expected = [...written(table.everyone), ...(place === account.namespace ? own : [])];
        const more = [...rights].filter((right) => !expected.includes(right));
        const less = expected.filter((right) => !rights.has(right));
        const text = (what: string) => (right: string) => `${name} ${what} ${right} in ${place}`;
        return [...more.map(text("may")), ...less.map(text("may not"))];
      });
      return (await Promise.all(each)).flat();
    });
    return (await Promise.all(found)).flat();
  }

  for (const stack of stackNames) {
    describe(stack, () => {
      const moved = ({ namespace, name }: AccountName): AccountName => ({
        namespace: `${prefix(stack)}${namespace}`,
        name,
      });

      it("is the table, for each account in each namespace", async () => {
        assert.ok(resources.length > 100, "subresources too");
        assert.ok(accountsOf(objectsOf(stack)).length > 7);
        assert.deepEqual(await differences(stack), []);
      });

      it("is the table by single questions too: all rights, and a share of all that is none", async () => {
        const cells = resources.flatMap((resource) =>
          resource.verbs.map((verb) => ({ verb, resource })),
        );
        const asked = accountsOf(objectsOf(stack)).map(async (account, index) => {
          const own = written(table[systemIn(stack, account.namespace)]?.[account.name]);
          const rights = new Set([...own, ...written(table.everyone)]);
          const some = cells.filter(
            ({ verb, resource }, cell) =>
              cell % 29 === index || rights.has(`${verb} ${fullName(resource)}`),
          );
          assert.ok(some.length > 20);
          const wrong = some.map(async ({ verb, resource }) => {
            const right = `${verb} ${fullName(resource)}`;
            const allowed = await may(moved(account), verb, resource);
            return allowed === rights.has(right) ? [] : [`${account.name} ${right}: ${allowed}`];
          });
          return (await Promise.all(wrong)).flat();
        });
        assert.deepEqual((await Promise.all(asked)).flat(), []);
      });

      it("has none of the sensitive rights, in its namespace or in the cluster", async () => {
        const wrong = accountsOf(objectsOf(stack)).flatMap((account) =>
          written(sensitive).flatMap((right) =>
            [moved(account).namespace, ""].map(async (place) => {
              const [verb = "", resource = ""] = right.split(" ");
              const [name = "", ...group] = resource.split(".");
              const what = { name, group: group.join(".") };
              return (await may(moved(account), verb, what, place))
                ? [`${account.name} ${right}`]
                : [];
            }),
          ),
        );
        assert.deepEqual((await Promise.all(wrong)).flat(), []);
      });

      it("gives a token to those pods only that have rights", () => {
        const objects = objectsOf(stack);
        const holders = objects.filter((object) => {
          const pod = at(templateOf(object), "spec");
          const mounts = JSON.stringify(pod ?? {}).includes('"serviceAccountToken"');
          return pod !== undefined && (at(pod, "automountServiceAccountToken") !== false || mounts);
        });
        const used = holders.map((object) => {
          const account = textAt(templateOf(object), "spec", "serviceAccountName");
          return `${systemOf(object)} ${account}`;
        });
        const accounts = objects.filter(({ kind }) => kind === "ServiceAccount");
        const { everyone: _everyone, ...systems } = table;
        const listed = Object.entries(systems).flatMap(([system, rights]) =>
          Object.keys(rights).map((name) => `${system} ${name}`),
        );
        const there = accounts.map((each) => `${systemOf(each)} ${each.metadata.name}`);
        assert.deepEqual(used.sort(), listed.filter((each) => there.includes(each)).sort());
        for (const account of accounts)
          assert.equal(account["automountServiceAccountToken"], false, account.metadata.name);
        if (stack === "prod") assert.ok(listed.every((each) => there.includes(each)));
      });
    });
  }

  it("would be found wrong: a verb more, a verb less, and a binding across namespaces", async () => {
    const broken = "test-rights-broken-";
    const maps = objectsOf("prod").filter((each) => systemOf(each) === "maps");
    const rule = (resource: string, ...verbs: readonly string[]) => ({
      apiGroups: [""],
      resources: [resource],
      verbs,
    });
    const changed = rbacOf(maps, broken).map((object) => {
      if (object.kind !== "Role" || object.metadata.name !== "clean-up-runners") return object;
      const rules = [rule("pods", "list", "delete", "patch"), rule("configmaps", "list")];
      return { ...object, rules };
    });
    await applyRbac([
      ...changed,
      {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "RoleBinding",
        metadata: { name: "elsewhere", namespace: `${broken}maps-python` },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
        subjects: [{ kind: "ServiceAccount", name: "default", namespace: `${broken}mip-stroke` }],
      },
    ]);
    const found = await differences("prod", broken);
    const pods = `in ${broken}maps-python`;
    assert.deepEqual(
      found.filter((text) => text.startsWith("clean-up-runners")),
      [
        `clean-up-runners may patch pods ${pods}`,
        `clean-up-runners may not delete configmaps ${pods}`,
      ],
    );
    const others = found.filter((text) => !text.startsWith("clean-up-runners"));
    assert.ok(others.includes(`default may get pods/log ${pods}`) && others.length > 50);
    assert.ok(others.every((text) => text.startsWith("default may ")));
  });
});
