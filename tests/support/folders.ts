import { join, resolve } from "node:path";

/** The project's folder. */
export const root = resolve(__dirname, "..", "..");

/** The tests' own folder for state, so that a dev stack somebody works with stays untouched. */
export const home = join(root, ".stackberth", "tests");

/** The environment of the commands that tests run. */
export const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  STACKBERTH_HOME: home,
  PULUMI_CONFIG_PASSPHRASE: "stackberth-dev",
});
