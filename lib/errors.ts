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
