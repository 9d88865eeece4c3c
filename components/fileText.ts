import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The text of a file of the project. Its line ends are LF, whatever the checkout has: Git for Windows
 * writes CRLF, with which no shell runs a script, and which would roll the pods of everybody else.
 * @param path - The parts of its path.
 */
export const fileText = (...path: readonly string[]): string =>
  readFileSync(join(...path), "utf8").replaceAll("\r\n", "\n");
