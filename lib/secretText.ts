/**
 * Texts that are made from secrets, such as an address with a password, also where only the cluster
 * will know the secrets: a placeholder then stands in the text, and the text becomes a Go template that
 * the operator fills in. Pure.
 */

const encodings = {
  /** Percent-encoded, for a part of an address. */
  // Go encodes for a form, where a space is a plus sign.
  uri: { of: encodeURIComponent, pipeline: 'urlquery | replace "+" "%20"' },
  base64: { of: (text: string) => Buffer.from(text).toString("base64"), pipeline: "b64enc" },
  /** What stands between the quotes of a JSON text. */
  json: {
    of: (text: string) => JSON.stringify(text).slice(1, -1),
    pipeline: 'toJson | trimPrefix "\\"" | trimSuffix "\\""',
  },
} as const;

type Encoding = keyof typeof encodings;

// Nothing in a mark is changed by JSON's escapes; what is encoded within one is in base64url.
const mark = /<<(secret|uri|base64|json):([\w-]+)>>/g;

/** Stands in a text where a secret will be. */
export function placeholder(key: string): string {
  return `<<secret:${key}>>`;
}

/** Whether some part of a text is yet to be filled in. */
export function hasPlaceholder(text: string): boolean {
  return text.search(mark) >= 0;
}

const encoder =
  (encoding: Encoding) =>
  (text: string): string =>
    hasPlaceholder(text)
      ? `<<${encoding}:${Buffer.from(text).toString("base64url")}>>`
      : encodings[encoding].of(text);

/** A secret, percent-encoded as a part of an address. For `Output.apply`. */
export const uriEncoded = encoder("uri");
/** A secret in base64. For `Output.apply`. */
export const base64Encoded = encoder("base64");
/** A secret as it stands between the quotes of a JSON text. For `Output.apply`. */
export const jsonEscaped = encoder("json");

interface Mark {
  readonly kind: "secret" | Encoding;
  readonly inner: string;
}

/** A text's literal parts and its marks, in their order. */
function partsOf(text: string): (string | Mark)[] {
  const parts: (string | Mark)[] = [];
  let end = 0;
  for (const match of text.matchAll(mark)) {
    parts.push(text.slice(end, match.index));
    parts.push({ kind: match[1] as Mark["kind"], inner: match[2] ?? "" });
    end = match.index + match[0].length;
  }
  return [...parts, text.slice(end)].filter((part) => part !== "");
}

const decoded = ({ inner }: Mark): string => Buffer.from(inner, "base64url").toString();

/** A mark as what stands between a template's braces. */
function expression(part: Mark): string {
  if (part.kind === "secret") return `.${part.inner}`;
  return `${pipeline(decoded(part))} | ${encodings[part.kind].pipeline}`;
}

function pipeline(text: string): string {
  const parts = partsOf(text);
  const [first] = parts;
  if (parts.length === 1 && typeof first === "object") return expression(first);
  const format = parts.map((part) =>
    typeof part === "string" ? part.replaceAll("%", "%%") : "%s",
  );
  const values = parts
    .filter((part) => typeof part !== "string")
    .map((it) => `(${expression(it)})`);
  return ["printf", JSON.stringify(format.join("")), ...values].join(" ");
}

/** The text as a Go template over the secrets' keys; it needs sprig's functions. */
export function goTemplate(text: string): string {
  return partsOf(text)
    .map((part) =>
      typeof part === "string" ? part.replaceAll("{{", '{{ "{{" }}') : `{{ ${expression(part)} }}`,
    )
    .join("");
}

/** The keys of the secrets that a text is made of, each once. */
export function secretKeys(text: string): readonly string[] {
  const keys = partsOf(text).flatMap((part) => {
    if (typeof part === "string") return [];
    return part.kind === "secret" ? [part.inner] : secretKeys(decoded(part));
  });
  return [...new Set(keys)];
}

/** The key of the secret that a text is, and nothing else. */
export function wholeSecret(text: string): string | undefined {
  const [only, ...others] = partsOf(text);
  const isWhole = typeof only === "object" && only.kind === "secret" && others.length === 0;
  return isWhole ? only.inner : undefined;
}
