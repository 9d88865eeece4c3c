/** Kubernetes quantities ("500m", "16Gi") as numbers, and back. */

/** How many of the base unit a suffix stands for, as a fraction of whole numbers. */
const suffixes: Readonly<Record<string, readonly [bigint, bigint]>> = {
  n: [1n, 10n ** 9n],
  u: [1n, 10n ** 6n],
  m: [1n, 1000n],
  "": [1n, 1n],
  ...Object.fromEntries(
    ["k", "M", "G", "T", "P", "E"].map((unit, power) => [unit, [1000n ** BigInt(power + 1), 1n]]),
  ),
  ...Object.fromEntries(
    ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].map((unit, power) => [
      unit,
      [1024n ** BigInt(power + 1), 1n],
    ]),
  ),
};

// The grammar of k8s.io/apimachinery's resource.Quantity; an exponent of three digits fits nothing.
const shape =
  /^([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:([KMGTPE]i|[numkMGTPE]?)|[eE]([+-]?\d{1,2}))$/;

/** The exact value as a fraction: a byte must not be lost to rounding. */
function fraction(text: string): readonly [bigint, bigint] | undefined {
  const match = shape.exec(text);
  if (!match) return undefined;
  const [, sign, whole = "", decimals = match[4] ?? "", , suffix = "", exponent = "0"] = match;
  const [times, parts] = suffixes[suffix] ?? [1n, 1n];
  const power = Number(exponent) - decimals.length;
  const digits = BigInt(`${sign ?? ""}${whole}${decimals}`.replace("+", ""));
  return [
    digits * times * 10n ** BigInt(Math.max(power, 0)),
    parts * 10n ** BigInt(Math.max(-power, 0)),
  ];
}

/** Whether `text` is a quantity as Kubernetes reads it. */
export function isQuantity(text: string): boolean {
  return shape.test(text);
}

/** Whether `text` is a whole number of bytes or pods, or of `per` to a core. */
export function isWhole(text: string, per = 1n): boolean {
  const [times, parts] = fraction(text) ?? [1n, 0n];
  return parts !== 0n && (times * per) % parts === 0n;
}

/**
 * The value of a quantity in its base unit (cores or bytes).
 * @throws RangeError if `text` is not a quantity.
 */
export function parseQuantity(text: string): number {
  const found = fraction(text);
  if (!found) {
    throw new RangeError(`"${text}" is not a quantity; write for example 500m, 2, 512Mi or 16Gi`);
  }
  return Number(found[0]) / Number(found[1]);
}

/** Cores as Kubernetes prints them: whole cores plain, fractions in thousandths. */
export function formatCpu(cores: number): string {
  const milli = Math.round(cores * 1000);
  return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`;
}

/** Bytes in the largest binary unit that keeps them a whole number. */
export function formatBytes(bytes: number): string {
  for (const [power, unit] of [..."TGMK"].entries()) {
    const value = bytes / 1024 ** (4 - power);
    if (value >= 1 && Number.isInteger(value)) return `${value}${unit}i`;
  }
  return String(Math.round(bytes));
}
