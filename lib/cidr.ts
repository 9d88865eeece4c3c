import { isIP } from "node:net";

/**
 * Whether `text` is a CIDR that a NetworkPolicy takes without a warning: no bit set beyond the prefix, an
 * IPv6 address as RFC 5952 writes it, and none that stands for an IPv4 address.
 */
export function isCidr(text: string): boolean {
  const [, address = "", prefix = ""] = /^([^/%]+)\/(0|[1-9]\d{0,2})$/.exec(text) ?? [];
  const version = isIP(address);
  if (version === 0) return false;
  if (version === 6 && (address !== canonical(address) || address.startsWith("::ffff:"))) {
    return false;
  }
  const bits =
    version === 4 ? bitsOf(address.split("."), 10, 8) : bitsOf(groupsOf(address), 16, 16);
  return Number(prefix) <= bits.length && !bits.slice(Number(prefix)).includes("1");
}

/** As RFC 5952 writes it, which is also how URLs do. */
const canonical = (address: string): string => new URL(`http://[${address}]`).hostname.slice(1, -1);

/** The eight groups of an IPv6 address in its canonical form. */
function groupsOf(address: string): readonly string[] {
  const [head = [], tail = []] = address
    .split("::")
    .map((part) => part.split(":").filter((group) => group !== ""));
  return [...head, ...Array<string>(8 - head.length - tail.length).fill("0"), ...tail];
}

const bitsOf = (parts: readonly string[], radix: number, width: number): string =>
  parts.map((part) => parseInt(part, radix).toString(2).padStart(width, "0")).join("");

/** Every address. */
export const anywhere = ["0.0.0.0/0", "::/0"] as const;
