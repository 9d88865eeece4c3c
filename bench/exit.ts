import { explained } from "../lib/errors";

/** Runs a benchmark and ends the process with its exit code; an error is said as a command says it. */
export function exitWith(main: () => Promise<number>): void {
  main().then(
    (code) => process.exit(code),
    (error: unknown) => {
      console.error(explained(error));
      process.exit(1);
    },
  );
}
