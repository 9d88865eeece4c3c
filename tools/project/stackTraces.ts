import { isTracing } from "../../lib/errors";

/**
 * Runs a program of which nobody will ask in which line it failed. Pulumi takes a stack trace for each
 * resource and promise, which is a quarter of the time.
 */
export async function withoutStackTraces<T>(run: () => Promise<T>): Promise<T> {
  if (isTracing()) return run();
  const before = Object.getOwnPropertyDescriptor(Error, "stackTraceLimit");
  // Pulumi sets the limit itself for each resource; what is not a plain property, V8 takes for none.
  Object.defineProperty(Error, "stackTraceLimit", {
    configurable: true,
    get: () => 0,
    set: () => undefined,
  });
  try {
    return await run();
  } finally {
    if (before) Object.defineProperty(Error, "stackTraceLimit", before);
  }
}
