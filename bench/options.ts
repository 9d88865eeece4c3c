import { UserError } from "../lib/errors";
import { readFlags } from "../tools/cli/arguments";
import { type WayName, wayNames } from "./steps";
import { type StackLike, stackLikes } from "./subject";

/** What `npm run bench` is called with. */
export interface Options {
  readonly stackLike: StackLike;
  readonly rounds: number;
  readonly ways: readonly WayName[];
  /** A file of an earlier `--json`. */
  readonly compare: string | undefined;
  readonly json: string | undefined;
  readonly plot: string | undefined;
}

/** Reads the command line. @throws UserError that names what is allowed. */
export function readOptions(argv: readonly string[]): Options {
  const read = readFlags("bench", argv, {
    "stack-like": { type: "string", default: "dev" },
    rounds: { type: "string", default: "3" },
    only: { type: "string", default: wayNames.join(",") },
    compare: { type: "string" },
    json: { type: "string" },
    plot: { type: "string" },
  });
  const { compare, json, plot } = read;
  const rounds = roundsOf(read.rounds);
  const stackLike = oneOf("--stack-like", stackLikes, read["stack-like"]);
  const only = read.only.split(",").map((name) => oneOf("--only", wayNames, name));
  // In their own order, whatever that of the flag is.
  const ways = wayNames.filter((name) => only.includes(name));
  if (compare !== undefined && !(ways.includes("stackberth") && ways.includes("helm"))) {
    throw new UserError("--compare needs stackberth and helm among --only");
  }
  return { stackLike, rounds, ways, compare, json, plot };
}

/** The number of rounds that a flag gives. @throws UserError if it is not a whole number from 1. */
export function roundsOf(given: string): number {
  const rounds = Number(given);
  if (Number.isInteger(rounds) && rounds >= 1) return rounds;
  throw new UserError(`--rounds ${given}; must be a whole number from 1`);
}

function oneOf<T extends string>(flag: string, known: readonly T[], given: string): T {
  const found = known.find((each) => each === given);
  if (found !== undefined) return found;
  throw new UserError(
    `${flag} ${JSON.stringify(given)}; must be one of: ${known.map((each) => JSON.stringify(each)).join(", ")}`,
  );
}
