/** Kubernetes quantities ("500m", "16Gi") as numbers, and back. */

const factors: Readonly<Record<string, number>> = {
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

const shape = /^(\d+(?:\.\d+)?)(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/;

/** Whether `text` is a quantity that Kubernetes accepts and we can add up. */
export function isQuantity(text: string): boolean {
  return shape.test(text);
}

/**
 * The value of a quantity in its base unit (cores or bytes).
 * @throws RangeError if `text` is not a quantity.
 */
export function parseQuantity(text: string): number {
  const match = shape.exec(text);
  const factor = factors[match?.[2] ?? ""];
  if (!match || factor === undefined) {
    throw new RangeError(`"${text}" is not a quantity; write for example 500m, 2, 512Mi or 16Gi`);
  }
  return Number(match[1]) * factor;
}

/** Cores as Kubernetes prints them: whole cores plain, fractions in thousandths. */
export function formatCpu(cores: number): string {
  const milli = Math.round(cores * 1000);
  return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`;
}

/** Bytes in the largest binary unit that keeps them a whole number. */
export function formatBytes(bytes: number): string {
  for (const unit of ["Ti", "Gi", "Mi", "Ki"]) {
    const value = bytes / (factors[unit] ?? 1);
    if (value >= 1 && Number.isInteger(value)) return `${value}${unit}`;
  }
  return String(Math.round(bytes));
}
