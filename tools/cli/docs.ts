import { docsCommand } from "../docs";
import { readFlags } from "./arguments";

/** `npm run docs`: writes what is generated from the schemas. */
export function docs(argv: readonly string[], root: string): Promise<number> {
  readFlags("docs", argv, {});
  return docsCommand(root, (line) => console.log(line));
}
