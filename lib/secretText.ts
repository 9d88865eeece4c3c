/**
 * Texts made from secrets, such as an address with a password. Where only the cluster knows the secrets,
 * the text holds placeholders and becomes a Go template that an operator fills in. Pure.
 */

const encodings = {
  /** Percent-encoded, for a part of an address. */
  // Go encodes for a form, where a space is a plus sign.
  uri: { of: encodeURIComponent, pipeline: 'urlquery | replace "+" "%20"' },
  base64: { of: (text: string) => Buffer.from(text).toString("base64"), pipeline: "b64enc" },
  /** Escaped for a JSON string, without the quotes. */
  json: {
    of: (text: string) => JSON.stringify(text).slice(1, -1),
    pipeline: 'toJson | trimPrefix "\\"" | trimSuffix "\\""',
  },
} as const;

type Encoding = keyof typeof encodings;

// JSON's escapes change nothing in a mark; an encoded text within one is in base64url.
const mark = /<<(secret|uri|base64|json):([\w-]+)>>/g;

/** Takes the place of a secret in a text. */
export function placeholder(key: string): string {
  return `<<secret:${key}>>`;
}

/** Whether a text has a placeholder. */
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
/** A secret, escaped for a JSON string, without the quotes. For `Output.apply`. */
export const jsonEscaped = encoder("json");

interface Mark {
  readonly kind: "secret" | Encoding;
  readonly inner: string;
}

const isKind = (text: string | undefined): text is Mark["kind"] =>
  text !== undefined && (text === "secret" || text in encodings);

/** A text's literal parts and its marks, in order. */
function partsOf(text: string): (string | Mark)[] {
  const parts: (string | Mark)[] = [];
  let end = 0;
  for (const match of text.matchAll(mark)) {
    const [, kind, inner = ""] = match;
    parts.push(text.slice(end, match.index));
    if (isKind(kind)) parts.push({ kind, inner });
    end = match.index + match[0].length;
  }
  return [...parts, text.slice(end)].filter((part) => part !== "");
}

const decoded = ({ inner }: Mark): string => Buffer.from(inner, "base64url").toString();

/** A mark as an expression of a Go template, without the braces. */
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

/** The keys of the secrets in a text, each once. */
export function secretKeys(text: string): readonly string[] {
  const keys = partsOf(text).flatMap((part) => {
    if (typeof part === "string") return [];
    return part.kind === "secret" ? [part.inner] : secretKeys(decoded(part));
  });
  return [...new Set(keys)];
}

/** The key of the secret, if the text is one secret and nothing else. */
export function wholeSecret(text: string): string | undefined {
  const [only, ...others] = partsOf(text);
  const isWhole = typeof only === "object" && only.kind === "secret" && others.length === 0;
  return isWhole ? only.inner : undefined;
}
