import type { SystemCases } from "./cases";
import { mip } from "./mip";
import { openms } from "./openms";

/** Every system that the tests know, by its name. */
export const systemCases: Readonly<Record<string, SystemCases>> = { mip, openms };
