import { resolve } from "node:path";
import { execute } from "./commands";

// Who reads the output may stop (`npm run up | head`); a deployment does not end half-way for that.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

void execute(process.argv.slice(2), resolve(__dirname, "..", "..")).then((code) => {
  process.exitCode = code;
  // Kept connections would hold the process for a while.
  process.stdout.write("", () => process.exit());
});
