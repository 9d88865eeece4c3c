import { resolve } from "node:path";
import { UserError } from "../../lib/errors";
import { render as renderStack, secretSources } from "../render";
import { readFlags } from "./arguments";

/** `npm run render -- --stack S --out DIR`: writes the stack's objects as YAML. */
export async function render(argv: readonly string[], root: string): Promise<number> {
  const flags = readFlags("render", argv, {
    out: { type: "string" },
    stack: { type: "string" },
    secrets: { type: "string" },
  });
  const { stack = "dev", out, secrets = "omit" } = flags;
  if (out === undefined || out === "") {
    throw new UserError("render: --out is missing: npm run render -- --stack dev --out DIR");
  }
  const sources = Object.keys(secretSources) as (keyof typeof secretSources)[];
  const source = sources.find((each) => each === secrets);
  if (source === undefined) {
    const known = sources.join(", ");
    throw new UserError(`--secrets ${secrets}: must be one of ${known}`);
  }
  await renderStack({
    root,
    stack,
    out: resolve(root, out),
    secrets: source,
    line: (text) => console.log(text),
  });
  return 0;
}
