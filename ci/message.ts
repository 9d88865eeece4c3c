/** A command that was run, and what it printed. */
export interface Finished {
  /** The words after `npm run`, without `--`. */
  readonly argv: readonly string[];
  readonly code: number;
  readonly stdout: string;
  /** Standard output and error, as they came. */
  readonly output: string;
}

// GitHub takes 65,536 characters.
const longest = 60_000;

/** The command line as a user would type it. */
export function commandLine([command = "", ...rest]: readonly string[]): string {
  return rest.length === 0 ? `npm run ${command}` : `npm run ${command} -- ${rest.join(" ")}`;
}

/**
 * By what a message of an earlier run is found: the command and its stack. Other words, such as a base
 * revision, differ from run to run.
 */
export function markOf([command = "", ...rest]: readonly string[]): string {
  const stack = rest[rest.indexOf("--stack") + 1];
  const words = rest.includes("--stack") && stack !== undefined ? [command, stack] : [command];
  // Two hyphens would end the HTML comment.
  return `<!-- stackberth: ${words.join(" ").replaceAll(/-{2,}/g, "-")} -->`;
}

/** What a command printed as Markdown: as it is if it is Markdown already, else as a block of text. */
export function messageOf({ argv, code, stdout, output }: Finished): string {
  const isMarkdown = argv.includes("markdown") && stdout.trim() !== "";
  if (isMarkdown) return shortened(stdout, "end");
  const ended = code === 0 ? "" : ` ended with exit code ${code}`;
  const text = shortened(output.trimEnd(), "start");
  const fence = "`".repeat(Math.max(3, 1 + longestRun(text)));
  return `\`${commandLine(argv)}\`${ended}\n\n${fence}text\n${text}\n${fence}\n`;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}

/** Cuts at the end, or at the start where the last lines say most. */
function shortened(text: string, from: "start" | "end"): string {
  if (text.length <= longest) return text;
  const note = "(shortened: the job's log has all of it)";
  return from === "end"
    ? `${text.slice(0, longest)}\n\n${note}\n`
    : `${note}\n${text.slice(-longest)}`;
}
