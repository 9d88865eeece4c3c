import { isJson, type Json } from "./objects";

/**
 * `override` laid over `base`, object by object. Anything else is replaced, lists too: the same rule as
 * `jq '.[0] * .[1]'`, which the OpenMS image applies at start.
 */
export function deepMerge(base: Json, override: Json): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(override)) {
    const below = merged[key];
    merged[key] = isJson(below) && isJson(value) ? deepMerge(below, value) : value;
  }
  return merged;
}
