import { bots } from "./bots";
import type { SystemCases } from "./cases";
import { maps } from "./maps";
import { mip } from "./mip";
import { openml } from "./openml";
import { openms } from "./openms";

/** Every system that the tests know, by its name. */
export const systemCases: Readonly<Record<string, SystemCases>> = {
  openms,
  maps,
  bots,
  mip,
  openml,
};
