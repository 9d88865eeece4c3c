import { bots } from "./bots";
import { maps } from "./maps";
import { mip } from "./mip";
import { openml } from "./openml";
import { openms } from "./openms";
import type { System } from "./system";

/** Every system that a stack can run, by the name it has in `stackberth:systems`. */
export const systems: Readonly<Record<string, System>> = {
  openms,
  maps,
  bots,
  mip,
  openml,
};
