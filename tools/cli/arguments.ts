import { parseArgs } from "node:util";
import { UserError } from "../../lib/errors";

/** The flags of a command: whether each takes a value, and may be given more than once. */
export type Flags = Readonly<
  Record<string, { readonly type: "string" | "boolean"; readonly multiple?: boolean }>
>;

/** What a flag was given; undefined where it was not. */
export type FlagValue = string | boolean | readonly (string | boolean)[] | undefined;

/** Reads a command line. @throws UserError that names the allowed flags. */
export function readFlags(
  command: string,
  argv: readonly string[],
  flags: Flags,
): Readonly<Record<string, FlagValue>> {
  try {
    return { ...parseArgs({ args: [...argv], options: flags, strict: true }).values };
  } catch (error) {
    const known = Object.entries(flags).map(([name, { type }]) =>
      type === "string" ? `--${name} ${name.toUpperCase()}` : `--${name}`,
    );
    const problem = error instanceof Error ? error.message.split(". ")[0] : String(error);
    throw new UserError(
      `${command}: ${problem ?? ""}; allowed: ${known.join(", ") || "none"} ` +
        `(with npm run, pass flags after --: npm run ${command} -- ${known[0] ?? "FLAGS"})`,
    );
  }
}
