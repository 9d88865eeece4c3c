import type { SystemCases } from "./cases";
import { bots } from "./bots";
import { openms } from "./openms";

/** Every system that the tests know, by its name. */
export const systemCases: Readonly<Record<string, SystemCases>> = { openms, bots };
