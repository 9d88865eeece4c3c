type Plain = Record<string, unknown>;

const isPlain = (value: unknown): value is Plain =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * `override` laid over `base`, object by object; anything that is not an object, lists too, replaces.
 * The same rule as `jq '.[0] * .[1]'`, which the OpenMS image applies at start.
 */
export function deepMerge(base: Plain, override: Plain): Plain {
  const merged: Plain = { ...base };
  for (const [key, value] of Object.entries(override)) {
    const below = merged[key];
    merged[key] = isPlain(below) && isPlain(value) ? deepMerge(below, value) : value;
  }
  return merged;
}
