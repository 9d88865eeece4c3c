import { isJson, type KubeObject } from "../../lib/objects";

/** Shorter values ("admin", a port) are names rather than secrets; masking them would make other text unreadable. */
const shortest = 16;

/** The texts that a Secret holds, plain and encoded. */
export function secretValues({ kind, data, stringData }: KubeObject): readonly string[] {
  if (kind !== "Secret") return [];
  const codes = isJson(data) ? Object.values(data).map(String) : [];
  const decoded = codes.map((code) => Buffer.from(code, "base64").toString("utf8"));
  const plain = isJson(stringData) ? Object.values(stringData).map(String) : [];
  return [...plain, ...codes, ...decoded].filter((value) => value.length >= shortest);
}

/** Replaces values by `[secret]` in every text below a value. */
export function masked<T>(value: T, values: readonly string[]): T {
  const longestFirst = [...new Set(values)].sort((a, b) => b.length - a.length);
  const mask = (text: string): string =>
    longestFirst.reduce((shown, secret) => shown.replaceAll(secret, "[secret]"), text);
  const walk = (inner: unknown): unknown => {
    if (typeof inner === "string") return mask(inner);
    if (Array.isArray(inner)) return inner.map(walk);
    if (!isJson(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).map(([key, each]) => [key, walk(each)]));
  };
  return walk(value) as T;
}
