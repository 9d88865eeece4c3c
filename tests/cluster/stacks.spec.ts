import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ownedBy } from "../../cluster/ownership";
import { describe as nameOf } from "../../lib/objects";
import { systems } from "../../systems";
import { drifted } from "../../tools/pulumi/drift";
import { kubectl } from "../support/kubectl";
import { ProcessWatch } from "../support/processes";
import { shell } from "../support/shell";
import { feed, home, type Ran, run, start, TestStack, unchanged } from "../support/stackberth";
import { live, testCluster, versions } from "../support/testCluster";

const all = Object.keys(systems);

/** What the CLI prints for a stack. */
async function pulumi(stack: string, ...argv: readonly string[]): Promise<string> {
  const { code, stdout, output } = await start(["pulumi", ...argv, "--stack", stack]).done;
  assert.equal(code, 0, output);
  return stdout;
}

interface Resource {
  readonly [field: string]: unknown;
  readonly type: string;
  readonly urn: string;
  readonly parent?: string;
}

interface State {
  readonly deployment: { readonly resources: readonly Resource[] };
}

/** The state of a stack. */
const stateOf = async (stack: string): Promise<State["deployment"]> =>
  (JSON.parse(await pulumi(stack, "stack", "export")) as State).deployment;

/** The values of a stack's secrets, as its owner may see them. */
async function secretsOf(stack: string): Promise<readonly string[]> {
  const text = await pulumi(stack, "config", "--show-secrets", "--json");
  const values = JSON.parse(text) as Record<string, { value?: string; secret: boolean }>;
  return Object.values(values).flatMap(({ secret, value }) => (secret && value ? [value] : []));
}

/** Every file of a stack below a folder, as one text. */
function filesOf(stack: string, folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => path.includes(stack))
    .map((path) => readFileSync(path, "utf8"))
    .join("\n");
}

describe("a whole stack like dev", function () {
  this.timeout(25 * 60_000);
  const name = "test-dev";
  const flags = ["--stack", name];
  const stack = new TestStack(name, "dev", all);
  let first: Ran;
  let watch: ProcessWatch;
  let secrets: readonly string[] = [];

  before(async () => {
    await testCluster();
    const up = start(["up", "--verbose", ...flags]);
    watch = new ProcessWatch(up.pid);
    first = await up.done;
    watch.end();
    assert.equal(first.code, 0, first.output);
    secrets = await secretsOf(name);
    assert.ok(secrets.length >= all.length, "dev has secrets");
  });
  after(async () => {
    const { code, output } = await run("down", ...flags);
    stack.remove();
    assert.equal(code, 0, output);
    assert.deepEqual(await versions(name), {});
  });

  it("ends with the addresses of all systems and the next step", () => {
    for (const system of all) assert.match(first.output, new RegExp(`^${system} +\\S`, "m"));
    assert.match(first.output, /^next: npm run status -- --stack test-dev/m);
  });

  it("changes nothing the second time, and says one line a system", async () => {
    const before = await versions(name);
    const { code, output } = await start(["up", ...flags]).done;
    assert.equal(code, 0, output);
    assert.match(output, unchanged);
    for (const system of all)
      assert.match(output, new RegExp(`^${system} +unchanged, ready$`, "m"));
    assert.deepEqual(await versions(name), before);
  });

  it("is a stack of Pulumi's: its outputs, its state and its history", async () => {
    const outputs = JSON.parse(await pulumi(name, "stack", "output", "--json")) as object;
    assert.deepEqual(Object.keys(outputs).sort(), ["capacity", "namespaces", "urls"]);
    const types = (await stateOf(name)).resources.map(({ type }) => type);
    assert.ok(types.filter((type) => type.startsWith("kubernetes:")).length > 150);
    assert.match(await pulumi(name, "stack", "history"), /UpdateKind: update/i);
  });

  it("has its namespaces equally deep in its state, so that all are deleted at once", async () => {
    const { resources } = await stateOf(name);
    const namespaces = resources.filter(({ type }) => type === "kubernetes:core/v1:Namespace");
    assert.ok(namespaces.length >= all.length, "a system has no namespace");
    const depths = namespaces.map(({ urn }) => urn.split("$").length);
    assert.deepEqual([...new Set(depths)], [3]);
  });

  it("takes a state where a federation's namespace is deeper, and changes nothing", async () => {
    const before = await versions(name);
    const federation = "stackberth:systems:Mip$stackberth:systems:MipFederation";
    const component = "stackberth:components:Namespace";
    const exported = await pulumi(name, "stack", "export");
    const older = JSON.parse(
      exported.replaceAll(`stackberth:systems:Mip$${component}`, `${federation}$${component}`),
    ) as State;
    const { resources } = older.deployment;
    const owner = resources.find(({ urn }) => urn.includes(`::${federation}::`));
    const inside = resources.find(({ urn }) => urn.includes(`::${federation}$${component}::`));
    assert.ok(owner && inside);
    // A parent comes first.
    const rest = resources.filter((each) => each !== owner);
    rest.splice(rest.indexOf(inside), 1, owner, { ...inside, parent: owner.urn });
    const deployment = { ...older.deployment, resources: rest };
    const imported = await feed(
      JSON.stringify({ ...older, deployment }),
      "pulumi",
      "stack",
      "import",
      ...flags,
    );
    assert.equal(imported.code, 0, imported.output);
    const { code, output } = await start(["up", ...flags]).done;
    assert.equal(code, 0, output);
    assert.match(output, unchanged);
    assert.deepEqual(await versions(name), before);
  });

  it("is what plain pulumi would deploy, in a shell that env has prepared", async () => {
    const line = `pulumi preview --stack ${name} --expect-no-changes --non-interactive`;
    const { code, output } = await shell(name, line);
    assert.equal(code, 0, output);
    assert.match(output, /\d+ unchanged/);
  });

  it("shows no secret in what it prints, and has none in plain text in its state", async () => {
    const preview = await run("preview", "--verbose", ...flags);
    const state = filesOf(name, join(home, "pulumi"));
    assert.ok(state.includes("openms-redis-auth"), "this is not the state");
    const told = first.output + preview.output + state;
    for (const secret of secrets.filter((each) => each.length >= 8)) {
      assert.ok(!told.includes(secret), "a secret in plain text");
      assert.ok(!told.includes(Buffer.from(secret).toString("base64")), "a secret, encoded");
    }
  });

  it("hands no secret to a process by its arguments or its environment", () => {
    assert.ok(watch.saw("pulumi-resource-kubernetes"), "nothing was watched");
    for (const secret of secrets) assert.ok(!watch.saw(secret), "a secret that anybody could read");
  });

  it("refuses to take over what another stack owns, by name", async () => {
    const other = new TestStack("test-dev-too", "dev", ["openms"]);
    other.set(["stackberth:openms", "namespace"], `${name}-openms`);
    try {
      for (const command of ["preview", "up"]) {
        const { code, output } = await run(command, "--stack", "test-dev-too");
        assert.equal(code, 1, output);
        assert.match(output, /nothing was changed/);
        assert.match(output, /Namespace test-dev-openms: owned by stack test-dev in this cluster/);
      }
    } finally {
      other.remove();
    }
  });

  describe("that somebody has changed by hand", () => {
    const ns = `${name}-openms`;
    const maps = `${name}-maps`;
    const openml = `${name}-openml`;
    const patch = (namespace: string, what: string, body: object, type = "merge") =>
      kubectl("patch", what, "-n", namespace, `--type=${type}`, "-p", JSON.stringify(body));
    const append = (namespace: string, what: string, path: string, value: object) =>
      patch(namespace, what, [{ op: "add", path: `${path}/-`, value }], "json");
    const edits: readonly (readonly [
      what: string,
      edit: () => Promise<unknown>,
      word: string,
      object: string,
    ])[] = [
      [
        "replicas",
        () => kubectl("scale", "deployment/web", "-n", ns, "--replicas=0"),
        "to update",
        "Deployment test-dev-openms/web",
      ],
      [
        "a variable's value",
        () => kubectl("set", "env", "deployment/worker", "-n", ns, "ONLINE_DEPLOYMENT=false"),
        "to update",
        "Deployment test-dev-openms/worker",
      ],
      [
        "a ConfigMap",
        () => patch(ns, "configmap/openms-config", { data: { "settings.json": "{}" } }),
        "to update",
        "ConfigMap test-dev-openms/openms-config",
      ],
      [
        "a selector",
        () =>
          patch(ns, "service/redis", { spec: { selector: { "app.kubernetes.io/name": "no" } } }),
        "to update",
        "Service test-dev-openms/redis",
      ],
      [
        "a NetworkPolicy that is gone",
        () => kubectl("delete", "networkpolicy/default-deny", "-n", ns),
        "to create",
        "NetworkPolicy test-dev-openms/default-deny",
      ],
      [
        "a rule more in a Role, which the engine's refresh does not see",
        () =>
          append(maps, "role/clean-up-runners", "/rules", {
            apiGroups: [""],
            resources: ["secrets"],
            verbs: ["get"],
          }),
        "to restore",
        "Role test-dev-maps/clean-up-runners",
      ],
      [
        "an image",
        () => kubectl("set", "image", "deployment/openml-backend", "-n", openml, "*=nginx:1.27.0"),
        "to update",
        "Deployment test-dev-openml/openml-backend",
      ],
      [
        "a host more of an Ingress",
        () => append(ns, "ingress/web", "/spec/rules", { host: "by-hand.example.org" }),
        "to restore",
        "Ingress test-dev-openms/web",
      ],
      [
        "a Secret's value",
        () => patch(ns, "secret/redis-auth", { data: { password: "Ynk=" } }),
        "to update",
        "Secret test-dev-openms/redis-auth",
      ],
      [
        "a variable more, which kubectl gives to init containers too",
        () => kubectl("set", "env", "deployment/maps-backend", "-n", maps, "ADDED=by-hand"),
        "to restore",
        "Deployment test-dev-maps/maps-backend\n.*initContainers.0.env",
      ],
    ];
    let suspected: readonly string[] = [];
    let previewed: Ran;
    let mended: Ran;

    before(async () => {
      for (const [, edit] of edits) await edit();
      const { resources } = await stateOf(name);
      const { cluster } = await testCluster();
      const owned = await cluster.labelled(ownedBy(name));
      suspected = (await drifted(resources, cluster, owned)).map(nameOf);
      previewed = await run("preview", ...flags);
      mended = await run("up", ...flags);
    });

    for (const [what, , word, object] of edits) {
      it(`shows ${what}`, () => assert.match(previewed.output, RegExp(`${word} +${object}`)));
    }

    it("makes the engine look by each edit that it can see, and by nothing else", () => {
      const visible = edits.filter(([, , word]) => word !== "to restore").map(([, , , it]) => it);
      assert.equal(visible.length, 7);
      const missed = visible.filter((object) => !suspected.includes(object));
      assert.deepEqual(missed, []);
      const others = suspected.filter((object) => /test-dev-(bots|mip)/.test(object));
      assert.deepEqual(others, []);
    });

    it("is as it was after one up", async () => {
      assert.equal(mended.code, 0, mended.output);
      const { code, output } = await run("preview", "--expect-no-changes", ...flags);
      assert.equal(code, 0, output);
      const role = JSON.stringify((await live("Role", maps, "clean-up-runners"))["rules"]);
      assert.doesNotMatch(role, /secrets/);
      const ingress = JSON.stringify((await live("Ingress", ns, "web"))["spec"]);
      assert.doesNotMatch(ingress, /by-hand/);
      const backend = JSON.stringify((await live("Deployment", maps, "maps-backend"))["spec"]);
      assert.doesNotMatch(backend, /by-hand/);
    });
  });
});
