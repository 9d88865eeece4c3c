import { createRequire } from "node:module";
import { explained, UserError } from "../../lib/errors";

/** A command: gets its arguments and the project's folder, returns the exit code. */
export type Command = (argv: readonly string[], root: string) => Promise<number>;

const load = createRequire(__filename);

// Loaded on call, so that `render` does not load what only `up` uses.
const commands: Readonly<Record<string, () => Command>> = {
  up: () => (load("./stack") as typeof import("./stack")).up,
  refresh: () => (load("./stack") as typeof import("./stack")).refresh,
  preview: () => (load("./stack") as typeof import("./stack")).preview,
  down: () => (load("./stack") as typeof import("./stack")).down,
  pulumi: () => (load("./pulumi") as typeof import("./pulumi")).pulumi,
  env: () => (load("./pulumi") as typeof import("./pulumi")).env,
  toolchain: () => (load("./toolchain") as typeof import("./toolchain")).toolchain,
  runbook: () => (load("./runbook") as typeof import("./runbook")).runbook,
  review: () => (load("./review") as typeof import("./review")).review,
  adopt: () => (load("./adopt") as typeof import("./adopt")).adopt,
  status: () => (load("./status") as typeof import("./status")).status,
  diff: () => (load("./diff") as typeof import("./diff")).diff,
  graph: () => (load("./graph") as typeof import("./graph")).graph,
  render: () => (load("./render") as typeof import("./render")).render,
  cluster: () => (load("./cluster") as typeof import("./cluster")).cluster,
  secrets: () => (load("./secrets") as typeof import("./secrets")).secrets,
  docs: () => (load("./docs") as typeof import("./docs")).docs,
};

/**
 * Runs a command as `npm run NAME` does, in this process; what went wrong is printed.
 * @param argv - The command's name and its arguments.
 * @returns The exit code.
 */
export async function execute(argv: readonly string[], root: string): Promise<number> {
  try {
    const [name = "", ...rest] = argv;
    return await commandOf(name)(rest, root);
  } catch (error) {
    console.error(explained(error));
    return 1;
  }
}

function commandOf(name: string): Command {
  const find = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (find !== undefined) return find();
  const known = Object.keys(commands).join(", ");
  throw new UserError(`unknown command ${JSON.stringify(name)}; must be one of: ${known}`);
}
