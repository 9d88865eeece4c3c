import { refuseIn } from "../rules";
import type { SystemContext } from "../system";
import { check } from "./parts/rules";
import { type OpenmsSettings, openmsSettings } from "./parts/settings";

/** Settings of OpenMS, under `stackberth:openms`. */
export const openmsSchema = openmsSettings.superRefine((settings, context) =>
  check(settings, refuseIn(context)),
);

export type { OpenmsSettings } from "./parts/settings";
export type Context = SystemContext<OpenmsSettings>;
