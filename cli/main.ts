import { createRequire } from "node:module";
import { resolve } from "node:path";
import { isForPeople, messageOf, UserError } from "../engine/errors";

/** A command: gets its arguments and the project's folder, returns the exit code. */
export type Command = (argv: readonly string[], root: string) => Promise<number>;

const load = createRequire(__filename);

// Loaded when called: `render` need not wait for what only `up` uses.
const commands: Readonly<Record<string, () => Command>> = {
  up: () => (load("./stack") as typeof import("./stack")).up,
  preview: () => (load("./stack") as typeof import("./stack")).preview,
  down: () => (load("./stack") as typeof import("./stack")).down,
  render: () => (load("./render") as typeof import("./render")).render,
  cluster: () => (load("./others") as typeof import("./others")).cluster,
  secrets: () => (load("./others") as typeof import("./others")).secrets,
  docs: () => (load("./others") as typeof import("./others")).docs,
};

async function main([name = "", ...argv]: readonly string[]): Promise<number> {
  const find = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (find === undefined) {
    const known = Object.keys(commands).join(", ");
    throw new UserError(`there is no command ${JSON.stringify(name)}; there are: ${known}`);
  }
  return find()(argv, resolve(__dirname, ".."));
}

// Who reads the output may stop (`npm run up | head`); a deployment does not end half-way for that.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
    // Kept connections would hold the process for a while.
    process.stdout.write("", () => process.exit());
  },
  (error: unknown) => {
    if (isForPeople(error)) {
      console.error(messageOf(error));
    } else {
      console.error(error);
      console.error(
        "(with NODE_OPTIONS=--enable-source-maps the stack has the lines of the source)",
      );
    }
    process.exit(1);
  },
);
