/**
 * Fills in the Go templates that lib/secretText.ts writes, as the operators do with sprig's functions;
 * anything else is refused.
 */
export function fillIn(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{\{ (.*?) \}\}/gs, (_all, expression: string) => {
    const tokens = expression.match(/"(\\.|[^"\\])*"|[()|]|[^\s()|]+/g) ?? [];
    const result = pipeline(tokens, values);
    if (tokens.length > 0) throw new Error(`cannot read ${tokens.join(" ")} in ${expression}`);
    return result;
  });
}

type Values = Readonly<Record<string, string>>;

/** Commands one after the other, each with the result before it as its last argument. */
function pipeline(tokens: string[], values: Values): string {
  let result = command(tokens, values, []);
  while (tokens[0] === "|") {
    tokens.shift();
    result = command(tokens, values, [result]);
  }
  return result;
}

function command(tokens: string[], values: Values, last: readonly string[]): string {
  const name = tokens[0] ?? "";
  const run = functions[name];
  if (!run) return operand(tokens, values);
  tokens.shift();
  const given: string[] = [];
  while (tokens.length > 0 && tokens[0] !== "|" && tokens[0] !== ")") {
    given.push(operand(tokens, values));
  }
  return run(...given, ...last);
}

function operand(tokens: string[], values: Values): string {
  const token = tokens.shift() ?? "";
  if (token.startsWith('"')) return JSON.parse(token) as string;
  if (token === "(") {
    const result = pipeline(tokens, values);
    if (tokens.shift() !== ")") throw new Error("a bracket is missing");
    return result;
  }
  const value = values[token.slice(1)];
  if (token.startsWith(".") && value !== undefined) return value;
  throw new Error(`there is no ${token}`);
}

const functions: Readonly<Record<string, (...texts: string[]) => string>> = {
  b64enc: (text = "") => Buffer.from(text).toString("base64"),
  printf: (format = "", ...texts) =>
    format.replace(/%(.)/g, (_all, letter) => (letter === "%" ? "%" : (texts.shift() ?? ""))),
  replace: (from = "", to = "", text = "") => text.replaceAll(from, to),
  toJson: (text) => JSON.stringify(text),
  trimPrefix: (part = "", text = "") => (text.startsWith(part) ? text.slice(part.length) : text),
  trimSuffix: (part = "", text = "") =>
    text.endsWith(part) ? text.slice(0, text.length - part.length) : text,
  // As url.QueryEscape, which leaves fewer characters as they are.
  urlquery: (text = "") =>
    encodeURIComponent(text)
      .replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`)
      .replaceAll("%20", "+"),
};
