import assert from "node:assert/strict";
import { systems } from "../../systems";
import { kubectl } from "../support/kubectl";
import { needsNode, onNode, operate, runbooksOf } from "../support/runbook";
import { addNodes, removeNodes, until } from "../support/simulatedNodes";
import { run, TestStack, unchanged } from "../support/stackberth";
import { testCluster } from "../support/testCluster";

const name = "test-runbook";
const spareNode = `${name}-spare`;
const ofStack = ["--stack", name];

describe("the runbook, on the embedded API server", function () {
  this.timeout(25 * 60_000);
  const stack = new TestStack(name, "dev", Object.keys(systems));
  let runbooks: Readonly<Record<string, Readonly<Record<string, string>>>> = {};

  before(async () => {
    await testCluster();
    await addNodes([spareNode]);
    // Nobody else's pods go there.
    await kubectl("cordon", spareNode);
    const { code, output } = await run("up", ...ofStack);
    assert.equal(code, 0, output);
    runbooks = runbooksOf(name);
    assert.deepEqual(Object.keys(runbooks), Object.keys(systems));
    for (const [system, commands] of Object.entries(runbooks)) {
      const printed = await run("runbook", system, ...ofStack);
      assert.equal(printed.code, 0, printed.output);
      for (const command of Object.values(commands)) assert.ok(printed.output.includes(command));
    }
  });
  after(async () => {
    const { code, output } = await run("down", ...ofStack);
    stack.remove();
    await removeNodes([spareNode]);
    assert.equal(code, 0, output);
  });

  for (const system of Object.keys(systems)) {
    describe(`of ${system}`, () => {
      const commands = () => Object.entries(runbooks[system] ?? {});

      it("has commands for logs, restart and health, in the system's own namespace", () => {
        const titles = commands().map(([title]) => title);
        for (const wanted of [/^(.+: )?logs/m, /^(.+: )?restart/m, /^(.+: )?health/m])
          assert.match(titles.join("\n"), wanted);
        const all = commands().map(([, command]) => command);
        for (const command of all.filter((each) => !/ nodes? NODE /.test(each)))
          assert.ok(command.includes(`${name}-${system}`), command);
      });

      it("works, command by command", async () => {
        const failed: string[] = [];
        for (const [title, command] of commands()) {
          const reason = needsNode(command);
          if (reason !== undefined) {
            console.log(`    not run: ${title} (${reason})`);
            continue;
          }
          // A pod that has just been made has no log yet.
          let last = "";
          await until(title, async () => {
            const { code, output } = await operate(onNode(command, spareNode));
            last = output;
            return code === 0;
          }).catch(() => failed.push(`${title}: ${command}\n${last}`));
        }
        assert.deepEqual(failed, []);
      });
    });
  }

  it("leaves systems that the next deployment need not mend", async () => {
    const { code, output } = await run("up", ...ofStack);
    assert.equal(code, 0, output);
    assert.match(output, unchanged);
  });
});
