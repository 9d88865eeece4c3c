import * as network from "./network";
import * as objects from "./objects";
import * as pods from "./pods";
import type { Invariant } from "./read";

/** All of them, by name. */
export const invariants = { ...pods, ...network, ...objects } as const satisfies Readonly<
  Record<string, Invariant>
>;

export type { Context } from "./read";
