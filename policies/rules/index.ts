import type { Rule } from "../rule";
import { defaultDeny } from "./defaultDeny";
import { evictable } from "./evictable";
import { ingressClass } from "./ingressClass";
import { movingTag } from "./movingTag";
import { baselineChosen, nonRoot } from "./nonRoot";
import { plainSecrets } from "./plainSecrets";
import { probes } from "./probes";
import { protectedClaims } from "./protectedClaims";
import { resources } from "./resources";
import { tls } from "./tls";

/** Every rule of the pack. */
export const rules: readonly Rule[] = [
  movingTag,
  resources,
  probes,
  nonRoot,
  baselineChosen,
  tls,
  protectedClaims,
  plainSecrets,
  defaultDeny,
  evictable,
  ingressClass,
];
