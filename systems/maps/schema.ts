import { refuseIn } from "../rules";
import type { SystemContext } from "../system";
import { check } from "./parts/rules";
import { type MapsSettings, mapsSettings } from "./parts/settings";

/** Settings of MAPS, under `stackberth:maps`. */
export const mapsSchema = mapsSettings.superRefine((settings, context) =>
  check(settings, refuseIn(context)),
);

export type { MapsSettings } from "./parts/settings";
export type Context = SystemContext<MapsSettings>;
