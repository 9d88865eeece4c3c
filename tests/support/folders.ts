import { join, resolve } from "node:path";

/** The project's folder. */
export const root = resolve(__dirname, "..", "..");

/** The tests' own folder for state, so that a dev stack somebody works with stays untouched. */
export const home = join(root, ".stackberth", "tests");

/** The environment of the commands that tests run, as a user has it. */
export const asUser = (): NodeJS.ProcessEnv => ({
  ...process.env,
  STACKBERTH_HOME: home,
  PULUMI_CONFIG_PASSPHRASE: "stackberth-dev",
});

/** That of commands which no test kills: the engine writes its state once, at their end, in half the time. */
export const environment = (): NodeJS.ProcessEnv => ({
  ...asUser(),
  PULUMI_SKIP_CHECKPOINTS: "true",
});

/** The environment of a user who has said no passphrase, nor where state is. */
export function asNewUser(more: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(PULUMI|STACKBERTH)_/.test(name));
  return { ...Object.fromEntries(own), ...more };
}
