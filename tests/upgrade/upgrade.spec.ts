import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ownedBy } from "../../cluster/ownership";
import type { KubeObject } from "../../lib/objects";
import { root } from "../support/folders";
import { losses, Release, releaseEnvironment } from "../support/release";
import { start, unchanged } from "../support/stackberth";
import { testCluster } from "../support/testCluster";

const releases = JSON.parse(
  readFileSync(join(root, "tests", "upgrade", "releases.json"), "utf8"),
) as Readonly<Record<string, string>>;

describe("an upgrade of dev", function () {
  this.timeout(10 * 60_000);
  const flags = ["--stack", "dev"];
  let kubeconfig = "";

  const owned = async (): Promise<readonly KubeObject[]> =>
    (await testCluster()).cluster.labelled(ownedBy("dev"));

  /** Runs a command of this checkout. */
  const run = (...argv: readonly string[]) =>
    start([...argv, ...flags], { env: releaseEnvironment(kubeconfig) }).done;

  before(async () => {
    const { embedded } = await testCluster();
    kubeconfig = readFileSync(embedded.kubeconfig, "utf8");
    // Puts this checkout's engine where the releases find it.
    const { code, output } = await start(["pulumi", "version"]).done;
    assert.equal(code, 0, output);
  });

  for (const [name, commit] of Object.entries(releases)) {
    describe(`from the release of ${name}`, () => {
      const release = new Release(commit);
      let old: readonly KubeObject[] = [];

      before(async function () {
        if (!(await release.isHere())) {
          console.log(`    skipped: this clone lacks commit ${commit}: git fetch --unshallow`);
          this.skip();
        }
        await release.prepare();
        const { code, output } = await release.run(kubeconfig, "up", ...flags);
        assert.equal(code, 0, output);
        old = await owned();
        assert.ok(old.length > 100, `only ${old.length} objects`);
      });
      after(() => release.remove());

      it("takes nothing away", async () => {
        const { code, output } = await run("up");
        assert.equal(code, 0, output);
        assert.deepEqual(losses(old, await owned()), []);
      });

      it("leaves nothing to do", async () => {
        const { code, output } = await run("up");
        assert.equal(code, 0, output);
        assert.match(output, unchanged);
      });

      it("can be taken down", async () => {
        const { code, output } = await run("down");
        assert.equal(code, 0, output);
        assert.deepEqual(await owned(), []);
      });
    });
  }
});
