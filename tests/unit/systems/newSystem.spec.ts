import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { at, keyOf, type KubeObject } from "../../../lib/objects";
import { systems } from "../../../systems";
import { collectOffline, type OfflineArgs } from "../../../tools/offline/offline";
import { root } from "../../support/folders";
import { invariants } from "../../support/invariants";
import { Repository } from "../../support/repository";

const settings = {
  image: "registry.example.org/toy:1.0.0",
  exposure: { type: "ingress", hosts: ["toy.example.org"] },
  egress: ["203.0.113.0/24"],
};
const byKey = (objects: readonly KubeObject[]) =>
  Object.fromEntries(objects.map((each) => [keyOf(each), each]));

describe("a new system", function () {
  this.timeout(120_000);
  let copy: Repository;
  const collect = (more: Pick<OfflineArgs, "changes" | "requireSecrets"> = {}) =>
    collectOffline({ root: copy.root, stack: "dev", ...more });
  const collectWith = (changes: object) =>
    collect({ changes: { toy: JSON.stringify({ ...settings, ...changes }) } });

  before(() => {
    copy = new Repository();
    copy.set("dev", ["stackberth:systems"], [...Object.keys(systems), "toy"]);
    copy.set("dev", ["stackberth:toy"], settings);
  });
  after(() => copy.remove());

  it("is unknown without its name in the table", () =>
    assert.rejects(collect(), /stackberth:systems\[5\]: got "toy"; must be one of openms, /));

  describe("of one folder, one import and one name in the table", () => {
    before(() => {
      cpSync(join(root, "tests", "fixtures", "newSystem"), copy.root, { recursive: true });
      copy.edit("systems/index.ts", (text) =>
        `import { toy } from "./toy";\n${text}`.replace("  openml,\n", "  openml,\n  toy,\n"),
      );
    });

    it("is deployed beside the others, which do not change", async () => {
      const { objects, outputs } = await collect();
      const own = objects.filter(({ metadata }) => (metadata.namespace ?? metadata.name) === "toy");
      const kinds = own.map(({ kind }) => kind);
      for (const kind of ["Namespace", "Secret", "Deployment", "Service", "Ingress"]) {
        assert.ok(kinds.includes(kind), kind);
      }
      const others = await collectOffline({ root, stack: "dev" });
      const rest = objects.filter((each) => !own.includes(each));
      assert.deepEqual(byKey(rest), byKey(others.objects));
      const said = Object.fromEntries(outputs.map(({ name, value }) => [name, value]));
      assert.equal(at(said, "namespaces", "toy"), "toy");
      assert.equal(at(said, "capacity", "toy", "cpuRequests"), "10m");
    });

    it("meets every invariant of the other systems", async () => {
      const { objects } = await collect({ changes: { systems: '["toy"]' } });
      const context = { stack: "dev", protectData: false, canaries: [] };
      for (const [name, invariant] of Object.entries(invariants)) {
        assert.deepEqual(invariant(objects, context), [], name);
      }
    });

    const web = { replicas: 2, autoscaling: { minReplicas: 1, maxReplicas: 3 } };
    const wrong: readonly (readonly [changes: object, says: RegExp])[] = [
      [{ image: "toy" }, /stackberth:toy\.image: "toy" is not an image/],
      [{ egres: [] }, /stackberth:toy\.egres: unknown key; did you mean egress\?/],
      [{ web }, /stackberth:toy\.web\.replicas: got 2/],
    ];
    for (const [changes, says] of wrong) {
      it(`has its settings checked: ${JSON.stringify(changes)}`, () =>
        assert.rejects(collectWith(changes), says));
    }

    it("has its secrets required, with the command that generates them", () =>
      assert.rejects(
        collect({ requireSecrets: true }),
        /stackberth:toyPassword: secret is missing \(Secret toy-auth.*npm run secrets -- --stack dev/,
      ));

    it("has its runbook", () => {
      const argv = ["tools/cli/start.cjs", "runbook", "toy"];
      const ran = spawnSync(process.execPath, argv, { cwd: copy.root, encoding: "utf8" });
      assert.equal(ran.status, 0, ran.stderr);
      assert.match(ran.stdout, /kubectl --namespace toy rollout restart deployment\/toy-web/);
    });

    it("has its settings documented", () => {
      const load = createRequire(join(copy.root, "index.ts"));
      const docs = load("./tools/docs/pages") as typeof import("../../../tools/docs/pages");
      const page = docs.settingsPages().find(({ file }) => file === "toy.md");
      assert.match(page?.text ?? "", /`stackberth:toy\.web\.replicas`/);
    });
  });
});
