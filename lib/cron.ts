/**
 * Kubernetes' cron expressions: https://github.com/robfig/cron/blob/v3.0.1/parser.go. Packages for
 * Node.js take more, such as weekday 7 and seconds, and less, such as `@every 1h`.
 */

interface Field {
  readonly min: number;
  readonly max: number;
  /** Names that stand for the numbers from `min` on. */
  readonly names: readonly string[];
}

const fields: readonly Field[] = [
  { min: 0, max: 59, names: [] },
  { min: 0, max: 23, names: [] },
  { min: 1, max: 31, names: [] },
  { min: 1, max: 12, names: "jan feb mar apr may jun jul aug sep oct nov dec".split(" ") },
  { min: 0, max: 6, names: "sun mon tue wed thu fri sat".split(" ") },
];

const descriptor =
  /^@(yearly|annually|monthly|weekly|daily|midnight|hourly|every (?=.*[1-9])(\d+h)?(\d+m)?(\d+s)?)$/;

/** Whether Kubernetes can read `text` as the schedule of a CronJob. */
export function isCron(text: string): boolean {
  if (text.startsWith("@")) return descriptor.test(text);
  const given = text.trim().split(/[ \t\r\n]+/);
  return (
    given.length === fields.length &&
    fields.every((field, index) => given[index]?.split(",").every((item) => isItem(item, field)))
  );
}

/** One value, or a range, each with a step if wanted. */
function isItem(item: string, field: Field): boolean {
  const [, range = "", step = "1"] = /^([^/]+)(?:\/(\d+))?$/.exec(item) ?? [];
  if (Number(step) < 1) return false;
  if (range === "*" || range === "?") return true;
  const [first = NaN, last = first, ...rest] = range
    .split("-")
    .map((text) => numberOf(text, field));
  return rest.length === 0 && field.min <= first && first <= last && last <= field.max;
}

function numberOf(text: string, { min, names }: Field): number {
  if (/^\d+$/.test(text)) return Number(text);
  const index = names.indexOf(text.toLowerCase());
  return index < 0 ? NaN : min + index;
}
