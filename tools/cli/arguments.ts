import { parseArgs, type ParseArgsConfig } from "node:util";
import { UserError } from "../../lib/errors";

/** Reads a command line. @throws UserError that names the allowed flags. */
export function readFlags<const Flags extends NonNullable<ParseArgsConfig["options"]>>(
  command: string,
  argv: readonly string[],
  flags: Flags,
) {
  try {
    return parseArgs({ args: [...argv], options: flags, strict: true }).values;
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
