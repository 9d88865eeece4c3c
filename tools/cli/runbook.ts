import { UserError } from "../../lib/errors";
import { systems } from "../../systems";
import { CheckedSettings } from "../project/settings";
import { requireStack } from "../project/stackConfig";
import { readFlags } from "./arguments";

const usage = "usage: npm run runbook -- SYSTEM [--stack STACK]";

/** `npm run runbook -- SYSTEM`: an operator's commands for a system, ready to paste. */
export function runbook(argv: readonly string[], root: string): Promise<number> {
  const [name = "", ...rest] = argv;
  const { stack = "dev" } = readFlags("runbook", rest, { stack: { type: "string" } });
  requireStack(root, stack);
  const settings = new CheckedSettings(root, stack);
  const listed = settings.ofStack().systems;
  const system = listed.includes(name) ? systems[name] : undefined;
  if (system === undefined) {
    throw new UserError(
      `stack ${stack} has no system ${JSON.stringify(name)}; must be one of: ${listed.join(", ")}\n${usage}`,
    );
  }
  for (const { title, command } of system.runbook(settings.ofSystem(name))) {
    console.log(`# ${title}\n${command}\n`);
  }
  return Promise.resolve(0);
}
