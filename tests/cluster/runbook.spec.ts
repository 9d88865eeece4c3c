import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { systems } from "../../systems";
import { kubectl } from "../support/kubectl";
import { needsNode, onNode, operate, runbookOf } from "../support/runbook";
import { addNodes, removeNodes } from "../support/simulatedNodes";
import { run, TestStack } from "../support/stackberth";
import { testCluster } from "../support/testCluster";

for (const system of Object.keys(systems)) {
  const name = `test-runbook-${system}`;
  const spareNode = `${name}-spare`;
  const direct = ["--engine", "direct", "--stack", name];

  describe(`the runbook of ${system}, on the embedded API server`, function () {
    this.timeout(25 * 60_000);
    let stack: TestStack;
    let runbook: Record<string, string>;

    before(async () => {
      stack = new TestStack(name, "dev", system);
      await testCluster();
      await addNodes([spareNode]);
      // Nobody else's pods go there.
      await kubectl("cordon", spareNode);
      await run("down", ...direct);
      const { code, output } = await run("up", ...direct);
      assert.equal(code, 0, output);
      assert.match(output, /^runbook:/m);
      runbook = await runbookOf(name, system);
    });
    after(async () => {
      const { code, output } = await run("down", ...direct);
      stack.remove();
      await removeNodes([spareNode]);
      assert.equal(code, 0, output);
    });

    it("has commands for logs, restart and health, in the system's own namespace", () => {
      const titles = Object.keys(runbook).join("\n");
      for (const wanted of [/^(.+: )?logs/m, /^(.+: )?restart/m, /^(.+: )?health/m])
        assert.match(titles, wanted);
      const namespaced = Object.values(runbook).filter((command) => !/ nodes? NODE /.test(command));
      for (const command of namespaced) assert.ok(command.includes(name), command);
    });

    it("works, command by command", async () => {
      const failed: string[] = [];
      for (const [title, command] of Object.entries(runbook)) {
        const reason = needsNode(command);
        if (reason !== undefined) {
          console.log(`    not run: ${title} (${reason})`);
          continue;
        }
        // A pod that has just been made has no log yet.
        for (let tries = 0; ; tries += 1) {
          const { code, output } = await operate(onNode(command, spareNode));
          if (code === 0) break;
          if (tries === 20) failed.push(`${title}: ${command}\n${output}`);
          if (tries === 20) break;
          await sleep(500);
        }
      }
      assert.deepEqual(failed, []);
    });

    it("leaves a system that the next deployment need not mend", async () => {
      const { code, output } = await run("up", ...direct);
      assert.equal(code, 0, output);
      assert.match(output, /0 changes/);
    });
  });
}
