import { resolve } from "node:path";
import { explained } from "../../lib/errors";
import { execute } from "./commands";

/** Once a resource has failed, the engine takes no more of them; why, it says itself when it ends. */
const isRefusedByEngine = (error: unknown): boolean =>
  error instanceof Error && error.message.endsWith("Resource monitor is terminating");

// What no command awaits ends it all the same, in the same words.
for (const event of ["uncaughtException", "unhandledRejection"]) {
  process.on(event, (error: unknown) => {
    if (isRefusedByEngine(error)) return;
    console.error(explained(error));
    process.exit(1);
  });
}

// The reader of the output may stop (`npm run up | head`), which must not end a deployment half-way.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

void execute(process.argv.slice(2), resolve(__dirname, "..", "..")).then((code) => {
  process.exitCode = code;
  // Open connections would keep the process alive for a while.
  process.stdout.write("", () => process.exit());
});
