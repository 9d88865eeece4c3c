import { amounts } from "./amounts";
import { names } from "./names";
import type { ValueCase } from "./objects";
import { places } from "./places";

/** Texts for every rule about a value. */
export const valueCases: readonly ValueCase[] = [...names, ...amounts, ...places];
