import { join, resolve } from "node:path";

/** The project's folder. */
export const root = resolve(__dirname, "..", "..");

/** The tests' own folder for state, so that a dev stack somebody works with stays untouched. */
export const home = join(root, ".stackberth", "tests");

/** The environment of the commands that tests run, as a user has it. */
export const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  STACKBERTH_HOME: home,
  PULUMI_CONFIG_PASSPHRASE: "stackberth-dev",
});

/** The environment of a user who has said no passphrase, nor where state is. */
export function asNewUser(more: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(PULUMI|STACKBERTH)_/.test(name));
  return { ...Object.fromEntries(own), ...more };
}
