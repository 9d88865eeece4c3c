import { isTracing } from "../../lib/errors";

/**
 * Runs a program of which nobody will ask in which line it failed. Pulumi takes a stack trace for each
 * resource and promise, which is a quarter of the time. `up` and `preview` take them.
 */
export async function withoutStackTraces<T>(run: () => Promise<T>): Promise<T> {
  if (isTracing()) return run();
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return await run();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
