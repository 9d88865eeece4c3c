import { diffRevision, type DiffReport, refusals } from "../diff";
import { asJson } from "../diff/json";
import { asMarkdown } from "../diff/markdown";
import { asText } from "../diff/text";
import { UserError } from "../../lib/errors";
import { readFlags } from "./arguments";

const formats: Readonly<Record<string, (report: DiffReport) => string>> = {
  text: asText,
  markdown: asMarkdown,
  json: asJson,
};

/** The exit code if there are losses without consent; 1 is for errors. */
const refused = 2;

/** `npm run diff -- --base REV`: what deploying this folder instead of another revision changes. */
export async function diff(
  argv: readonly string[],
  root: string,
  out: (text: string) => void = (text) => console.log(text),
): Promise<number> {
  const flags = readFlags("diff", argv, {
    base: { type: "string" },
    stack: { type: "string" },
    format: { type: "string" },
    "allow-replace": { type: "string", multiple: true },
  });
  const { base, stack = "all", format = "text", "allow-replace": allowed = [] } = flags;
  if (base === undefined || base === "") {
    throw new UserError("diff: --base is missing: npm run diff -- --base main");
  }
  const write = Object.hasOwn(formats, format) ? formats[format] : undefined;
  if (write === undefined) {
    const known = Object.keys(formats).join(", ");
    throw new UserError(`--format ${format}: must be one of ${known}`);
  }
  const report = await diffRevision({ root, base, stack, allowed });
  out(write(report).trimEnd());
  return refusals(report).length > 0 ? refused : 0;
}
