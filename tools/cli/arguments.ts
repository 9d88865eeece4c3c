import { parseArgs } from "node:util";
import { UserError } from "../../lib/errors";

/** What the commands that work on a stack were asked to do. */
export interface StackRequest {
  readonly stack: string;
  readonly context: string | undefined;
  readonly engine: "direct" | "pulumi" | undefined;
  /** Whether a change is an error; only `preview` knows it. */
  readonly expectNoChanges: boolean;
}

/** The flags of a command: whether each takes a value, and may be given more than once. */
export type Flags = Readonly<
  Record<string, { readonly type: "string" | "boolean"; readonly multiple?: boolean }>
>;

/** What a flag was given; undefined where it was not. */
export type FlagValue = string | boolean | readonly (string | boolean)[] | undefined;

/** The flags of the commands that work on a stack in a cluster. */
export const stackFlags = {
  stack: { type: "string" },
  context: { type: "string" },
  engine: { type: "string" },
} as const satisfies Flags;

const previewFlags = {
  ...stackFlags,
  "expect-no-changes": { type: "boolean" },
} as const satisfies Flags;

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
        `(after npm run, flags follow --: npm run ${command} -- ${known[0] ?? "FLAGS"})`,
    );
  }
}

/** Reads the command line of `up`, `preview` and `down`. */
export function readStackRequest(command: string, argv: readonly string[]): StackRequest {
  const flags = readFlags(command, argv, command === "preview" ? previewFlags : stackFlags);
  const { stack, context, engine } = flags;
  if (engine !== undefined && engine !== "direct" && engine !== "pulumi") {
    throw new UserError(`--engine ${String(engine)} is unknown; it is direct or pulumi`);
  }
  return {
    stack: typeof stack === "string" ? stack : "dev",
    context: typeof context === "string" ? context : undefined,
    engine,
    expectNoChanges: flags["expect-no-changes"] === true,
  };
}
