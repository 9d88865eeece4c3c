import { resolve } from "node:path";
import { UserError } from "../engine/errors";
import { render as renderStack } from "../engine/render";
import { readFlags } from "./arguments";

/** `npm run render -- --stack S --out DIR`: writes the stack's objects as YAML. */
export async function render(argv: readonly string[], root: string): Promise<number> {
  const flags = readFlags("render", argv, {
    out: { type: "string" },
    stack: { type: "string" },
    "show-secrets": { type: "boolean" },
  });
  const { stack = "dev", out } = flags;
  if (typeof out !== "string" || out === "") {
    throw new UserError("render: --out is missing: npm run render -- --stack dev --out DIR");
  }
  await renderStack({
    root,
    stack: String(stack),
    out: resolve(root, out),
    showSecrets: flags["show-secrets"] === true,
    line: (text) => console.log(text),
  });
  return 0;
}
