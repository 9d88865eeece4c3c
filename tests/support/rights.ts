import { ApiClient } from "../../cluster/client";
import { readKubeconfig } from "../../cluster/access";
import { at, type Json, type KubeObject, listAt, textAt } from "../../lib/objects";
import { templateOf } from "../../lib/workloads";
import { apply, testCluster } from "./testCluster";

/** A ServiceAccount, by the namespace and its name. */
export interface AccountName {
  readonly namespace: string;
  readonly name: string;
}

/** A resource or subresource: `pods/log` of the core group, which is "". */
interface Named {
  readonly name: string;
  readonly group: string;
}

interface Resource extends Named {
  /** What can be done with it. */
  readonly verbs: readonly string[];
}

/** The kinds that RBAC is made of. */
const kinds = ["ServiceAccount", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"];

/** A stack's RBAC objects, in namespaces of other names. */
export function rbacOf(objects: readonly KubeObject[], prefix: string): readonly KubeObject[] {
  const moved = objects
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ apiVersion, kind, metadata: { name, namespace = "" }, ...content }) => ({
      ...content,
      apiVersion,
      kind,
      metadata: { name, namespace: `${prefix}${namespace}` },
      ...("subjects" in content && {
        subjects: listAt(content, "subjects").map((subject) => ({
          ...subject,
          namespace: `${prefix}${textAt(subject, "namespace")}`,
        })),
      }),
    }));
  const namespaces = [...new Set(moved.map(({ metadata }) => metadata.namespace))];
  return [...namespaces.map((name) => namespaceObject(name)), ...moved];
}

const namespaceObject = (name: string): KubeObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels },
});

/** Of the namespaces that these tests make. */
export const labels = { "test.stackberth.dev/rights": "true" };

/** The accounts that pods of some objects could use: those of the objects, of the pods, and each namespace's own. */
export function accountsOf(objects: readonly KubeObject[]): readonly AccountName[] {
  const used = objects.flatMap((object): AccountName[] => {
    const { kind, metadata } = object;
    const { name, namespace = "" } = metadata;
    if (kind === "ServiceAccount") return [{ namespace, name }];
    if (kind === "Namespace") return [{ namespace: name, name: "default" }];
    const pod = textAt(templateOf(object), "spec", "serviceAccountName");
    return pod === "" ? [] : [{ namespace, name: pod }];
  });
  return [...new Map(used.map((each) => [`${each.namespace}/${each.name}`, each])).values()];
}

let calls = 0;

/** Applies RBAC objects and waits until the authorizer has seen them. */
export async function applyRbac(objects: readonly KubeObject[]): Promise<void> {
  calls += 1;
  const last = { namespace: "test-rights-last", name: `last-${calls}` };
  const meta = { apiVersion: "rbac.authorization.k8s.io/v1", metadata: last };
  const rules = [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }];
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: last.name };
  const sentinels: readonly KubeObject[] = [
    namespaceObject(last.namespace),
    { ...meta, kind: "Role", rules },
    { ...meta, kind: "RoleBinding", roleRef, subjects: [{ kind: "ServiceAccount", ...last }] },
  ];
  const isLate = ({ kind }: KubeObject): boolean => kind !== "Namespace";
  for (const late of [false, true]) {
    await Promise.all(objects.filter((each) => isLate(each) === late).map(apply));
  }
  // It reads each kind in the order of changes: who sees these objects has seen those before.
  for (const each of sentinels) await apply(each);
  while (!(await may(last, "get", { name: "pods", group: "" }))) continue;
}

/** Whether the API server lets an account do something. @param namespace - "" is the whole cluster. */
export async function may(
  account: AccountName,
  verb: string,
  { name, group }: Named,
  namespace = account.namespace,
): Promise<boolean> {
  const { cluster } = await testCluster();
  const [resource, subresource] = name.split("/");
  const answer = await cluster.client.json({
    method: "POST",
    path: "/apis/authorization.k8s.io/v1/subjectaccessreviews",
    body: {
      spec: {
        user: userOf(account),
        groups: [
          "system:serviceaccounts",
          `system:serviceaccounts:${account.namespace}`,
          "system:authenticated",
        ],
        resourceAttributes: { namespace, verb, group, resource, subresource },
      },
    },
  });
  return at(answer, "status", "allowed") === true;
}

const userOf = ({ namespace, name }: AccountName): string =>
  `system:serviceaccount:${namespace}:${name}`;

/** The API server, asked by an account. */
export async function clientOf(account: AccountName): Promise<ApiClient> {
  const { embedded } = await testCluster();
  const { options, ...connection } = await readKubeconfig({
    kubeconfig: embedded.kubeconfig,
    context: embedded.context,
  });
  const headers = { "Impersonate-User": userOf(account) };
  return new ApiClient({ ...connection, options: async () => ({ ...(await options()), headers }) });
}

/** All that an account may do in a namespace, as `VERB RESOURCE`, by one question. */
export async function rightsIn(
  client: ApiClient,
  namespace: string,
  resources: readonly Resource[],
): Promise<ReadonlySet<string>> {
  const answer = await client.json({
    method: "POST",
    path: "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
    body: { spec: { namespace } },
  });
  if (at(answer, "status", "incomplete") === true) throw new Error("the answer is incomplete");
  return new Set(
    listAt(answer, "status", "resourceRules").flatMap((rule) => cellsOf(rule, resources)),
  );
}

/** What a rule allows, with its wildcards written out. */
function cellsOf(rule: Json, resources: readonly Resource[]): readonly string[] {
  const list = (field: string): readonly string[] => (rule[field] ?? []) as readonly string[];
  const fits = (values: readonly string[], value: string): boolean =>
    values.includes("*") || values.includes(value);
  const known = resources.filter(
    ({ name, group }) =>
      fits(list("apiGroups"), group) &&
      (fits(list("resources"), name) || list("resources").includes(name.replace(/^[^/]*/, "*"))),
  );
  const said = list("apiGroups").flatMap((group) =>
    list("resources").map((name) => ({ name, group, verbs: list("verbs") })),
  );
  const names = list("resourceNames").map((name) => ` ${name}`);
  return [...known, ...said].flatMap((resource) =>
    [...resource.verbs, ...list("verbs")]
      .filter((verb) => fits(list("verbs"), verb))
      .flatMap((verb) =>
        (names.length > 0 ? names : [""]).map((name) => `${verb} ${fullName(resource)}${name}`),
      ),
  );
}

/** `jobs.batch`; `pods` in the core group. */
export const fullName = ({ name, group }: Named): string =>
  group === "" ? name : `${name}.${group}`;

/** Every resource and subresource that the API server lists, in each group once. */
export async function discovered(): Promise<readonly Resource[]> {
  const { cluster } = await testCluster();
  const accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
  const answers = await Promise.all(
    ["/api", "/apis"].map((path) => cluster.client.json({ path, accept })),
  );
  const found = answers
    .flatMap((answer) => listAt(answer, "items"))
    .flatMap((group) =>
      listAt(group, "versions")
        .flatMap((version) => listAt(version, "resources"))
        .flatMap((resource) => [
          resourceOf(group, textAt(resource, "resource"), resource),
          ...listAt(resource, "subresources").map((sub) =>
            resourceOf(group, `${textAt(resource, "resource")}/${textAt(sub, "subresource")}`, sub),
          ),
        ]),
    );
  return [...new Map(found.map((each) => [fullName(each), each])).values()];
}

const resourceOf = (group: Json, name: string, { verbs }: Json): Resource => ({
  name,
  group: textAt(group, "metadata", "name"),
  verbs: (verbs ?? []) as readonly string[],
});
