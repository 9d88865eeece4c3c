import { resolve } from "node:path";
import { explained } from "../../lib/errors";
import { execute } from "./commands";

// What no command awaits ends it all the same, in the same words, unless somebody else hears it.
for (const event of ["uncaughtException", "unhandledRejection"]) {
  process.on(event, (error: unknown) => {
    if (process.listenerCount(event) > 1) return;
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
