/** A problem that the user can mend: its message says what is wrong and what to do; no stack. */
export class UserError extends Error {
  override readonly name: string = "UserError";
}

/** Several problems as one error, each said once. */
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

/** Whether an error is the system's of this code: `ENOENT`, `EEXIST`. */
export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/** Errors whose message is enough: our own, and those that Pulumi prints without a stack. */
export function isForPeople(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name.endsWith("UserError") || error.name === "ConfigError") return true;
  const marks = ["__pulumiRunError", "__pulumiInputPropertyError", "__pulumiInputPropertiesError"];
  return marks.some((mark) => mark in error) || ("hideStack" in error && error.hideStack === true);
}
