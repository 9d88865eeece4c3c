/** A problem that the user can fix: the message says what is wrong and what to do. */
export class UserError extends Error {
  override readonly name = "UserError";
  /** Pulumi's mark of an error that is printed without its stack trace. */
  readonly hideStack = true;
}

/** Several problems as one error; each message appears once. */
export function joinErrors(errors: readonly unknown[]): Error {
  const [first] = errors;
  if (errors.length === 1) return first instanceof Error ? first : new Error(String(first));
  const messages = [...new Set(errors.map(messageOf))];
  if (!errors.every(isForPeople)) return new AggregateError(errors, messages.join("\n"));
  return new UserError(messages.join("\n\n"));
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whether an error has this system code, for example `ENOENT` or `EEXIST`. */
export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/**
 * Errors that need no stack trace: our own, and those that Pulumi prints without one. It looks at marks,
 * because a program that is run anew has classes of its own, which `instanceof` does not know.
 */
export function isForPeople(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const marks = ["__pulumiRunError", "__pulumiInputPropertyError", "__pulumiInputPropertiesError"];
  return marks.some((mark) => mark in error) || ("hideStack" in error && error.hideStack === true);
}

/** Whether the user wants to see where a bug is. */
export const isTracing = (): boolean => (process.env["STACKBERTH_TRACE"] ?? "") !== "";

const askForTrace =
  "This is a bug: please report it with what the same command prints after " +
  "export STACKBERTH_TRACE=1 NODE_OPTIONS=--enable-source-maps";

/**
 * Any error in a few lines for a user, without a stack trace. What the system refuses (a path, an
 * address) is not a bug. With `STACKBERTH_TRACE` set, the trace of a bug follows.
 */
export function explained(error: unknown): string {
  const message = messageOf(error);
  if (isForPeople(error)) return message;
  if (error instanceof Error && "syscall" in error) {
    return `${message}; check that it exists, is reachable, and that you may use it`;
  }
  const name = error instanceof Error ? error.name : "thrown";
  const [first = "", ...others] = withoutTrace(message).split("\n");
  const told = [`internal error: ${name}: ${first}`, ...others, askForTrace];
  if (isTracing() && error instanceof Error) told.push(error.stack ?? "no trace");
  return told.join("\n");
}

/** A text without the lines of a stack trace, which others put into messages. */
export function withoutTrace(text: string): string {
  if (isTracing()) return text;
  const frame = /^\s+at (async |new )?.*(:\d+:\d+\)?|<anonymous>\)?|\(native\))$/;
  const lines = text.split("\n");
  return lines.filter((line) => !frame.test(line)).join("\n");
}

/**
 * Runs what Pulumi's engine or its language host would print the stack trace of.
 * @throws What was thrown, if Pulumi prints it without one, else a UserError that explains it.
 */
export function withExplanation<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw isForPeople(error) ? error : new UserError(explained(error));
  }
}
