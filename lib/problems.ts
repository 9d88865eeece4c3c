import * as pulumi from "@pulumi/pulumi";

/** What is wrong with an argument, and what is allowed. */
export interface Problem {
  readonly propertyPath: string;
  readonly reason: string;
}

/**
 * Reports all of a component's problems at once.
 * @throws pulumi.InputPropertyError for one, pulumi.InputPropertiesError for several.
 */
export function refuse(component: string, problems: readonly Problem[]): void {
  const [first] = problems;
  if (!first) return;
  if (problems.length === 1) throw new pulumi.InputPropertyError(first);
  const lines = problems.map(({ propertyPath, reason }) => `  ${propertyPath}: ${reason}`);
  throw new pulumi.InputPropertiesError({
    message: `${component} has ${problems.length} invalid arguments:\n${lines.join("\n")}`,
    errors: [...problems],
  });
}

/** A problem, if `broken`. */
export type Check = readonly [broken: boolean, propertyPath: string, reason: string];

/** The problems among some checks. */
export function problemsOf(...checks: readonly Check[]): Problem[] {
  return checks
    .filter(([broken]) => broken)
    .map(([, propertyPath, reason]) => ({ propertyPath, reason }));
}

/** Checks a number of things. @param least - The fewest that there may be. @default 0 */
export function countCheck(propertyPath: string, count: number, least = 0): Check {
  const isWrong = !Number.isInteger(count) || count < least;
  return [isWrong, propertyPath, `must be a whole number of at least ${least}, not ${count}`];
}
