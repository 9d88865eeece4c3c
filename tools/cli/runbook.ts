import { UserError } from "../../lib/errors";
import { systems } from "../../systems";
import { plainSettings, requireStack } from "../project/stackConfig";
import { readFlags } from "./arguments";

const usage = "usage: npm run runbook -- SYSTEM [--stack STACK]";

/** `npm run runbook -- SYSTEM`: the commands that an operator of a system needs, ready to be pasted. */
export function runbook(argv: readonly string[], root: string): Promise<number> {
  const [name = "", ...rest] = argv;
  const { stack = "dev" } = readFlags("runbook", rest, { stack: { type: "string" } }) as {
    readonly stack?: string;
  };
  requireStack(root, stack);
  const values = plainSettings(root, stack);
  const listed = Array.isArray(values["systems"]) ? values["systems"].map(String) : [];
  const system = listed.includes(name) ? systems[name] : undefined;
  if (system === undefined) {
    throw new UserError(
      `stack ${stack} has no system ${JSON.stringify(name)}; must be one of: ${listed.join(", ")}\n${usage}`,
    );
  }
  const settings = system.schema.safeParse(values[name] ?? {});
  if (!settings.success) {
    throw new UserError(
      `the settings of ${name} in Pulumi.${stack}.yaml are wrong; what is wrong with them says: ` +
        `npm run preview -- --stack ${stack}`,
    );
  }
  for (const { title, command } of system.runbook(settings.data)) {
    console.log(`# ${title}\n${command}\n`);
  }
  return Promise.resolve(0);
}
