import { parseArgs } from "node:util";
import { UserError } from "../../lib/errors";

/** What `npm run secrets` was asked to do, and to which stack. */
export interface SecretsRequest {
  readonly stack: string;
  readonly mode: "generate" | "check" | "dry-run" | "rotate" | "set" | "help";
  /** The key of `rotate` and `set`. @default - none, in the other modes */
  readonly key?: string;
}

/** The command's own description. */
export const usage = `npm run secrets -- --stack STACK [one of]
  (nothing)      generate what is missing and store it encrypted in Pulumi.STACK.yaml
  --check        list what is missing, too short or not safely stored; exit code 1 if anything is
  --dry-run      print what would be done; write nothing
  --rotate KEY   replace a value with a new one; what a person supplies is read from stdin
  --set KEY      store the value given on stdin: ... --set KEY < file`;

const options = {
  stack: { type: "string" },
  check: { type: "boolean" },
  "dry-run": { type: "boolean" },
  rotate: { type: "string" },
  set: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

const modes = ["check", "dry-run", "rotate", "set"] as const;

/**
 * Reads the command line.
 *
 * @throws UserError with the mending command. Stray text is not repeated: it may be a secret.
 */
export function parseSecretsArguments(argv: readonly string[]): SecretsRequest {
  const { values, tokens } = parseArgs({
    args: [...argv],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const seen = new Set<string>();
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") {
      throw wrong("unexpected argument; a secret's value is read from stdin only");
    }
    if (!Object.hasOwn(options, token.name)) throw wrong(`unknown flag ${token.rawName}`);
    if (seen.has(token.name)) throw wrong(`${token.rawName} is given twice`);
    seen.add(token.name);
    const takesText = options[token.name as keyof typeof options].type === "string";
    if (takesText && !token.value) throw wrong(`${token.rawName} needs a value`);
    if (takesText && token.value?.startsWith("-")) throw wrong(`${token.rawName} needs a value`);
    if (!takesText && token.value !== undefined) throw wrong(`${token.rawName} takes no value`);
  }
  if (seen.has("help")) return { stack: "", mode: "help" };
  const chosen = modes.filter((mode) => seen.has(mode));
  if (chosen.length > 1) {
    throw wrong(`${chosen.map((mode) => `--${mode}`).join(" and ")} cannot be combined; keep one`);
  }
  const { stack, rotate, set } = values;
  if (typeof stack !== "string") throw wrong("--stack is missing");
  const mode = chosen[0] ?? "generate";
  const key = mode === "rotate" ? rotate : mode === "set" ? set : undefined;
  if (typeof key !== "string") return { stack, mode };
  if (key.includes("=")) {
    throw wrong(`--${mode} takes a key only; the value is read from stdin, never from here`);
  }
  return { stack, mode, key };
}

function wrong(problem: string): UserError {
  return new UserError(`${problem}\n${usage}`);
}
