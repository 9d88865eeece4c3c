/** A command: its words, without quotes and without where its output goes. */
export type ShellCommand = readonly string[];

/** What ends a command. */
const separator = /^(\|\||&&|[|;\n()])/;
/** Where a command's input comes from or its output goes to, with the name of a file. */
const redirection = /^\d*(>>?|<)(&\d|[ \t]*[^\s|;&()]+)/;

/**
 * The commands in a piece of shell as documents have it: pipes, lists, continued lines, comments,
 * quotes, redirections and substitutions, whose commands come after the one that they are part of.
 * Parsers of shell on npm are WebAssembly, which is much for a few lines of examples.
 */
export function shellCommands(shell: string): readonly ShellCommand[] {
  const commands: string[][] = [];
  const inner: string[] = [];
  let words: string[] = [];
  let word: string | undefined;
  let rest = shell.replaceAll("\\\n", " ");
  const endWord = (): void => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  const endCommand = (): void => {
    endWord();
    const first = words.findIndex((each) => !/^[A-Z_][A-Z0-9_]*=/.test(each));
    if (first >= 0) commands.push(words.slice(first));
    words = [];
  };
  const take = (length: number): string => {
    const taken = rest.slice(0, length);
    rest = rest.slice(length);
    return taken;
  };
  while (rest !== "") {
    const substitution = /^\$\(/.test(rest) ? closing(rest, 1) : undefined;
    const redirected = word === undefined ? redirection.exec(rest) : null;
    const ended = separator.exec(rest);
    if (substitution !== undefined) {
      inner.push(take(substitution + 1).slice(2, -1));
      word = `${word ?? ""}$()`;
    } else if (rest.startsWith("'")) {
      const end = rest.indexOf("'", 1);
      if (end < 0) throw new RangeError(`${rest}: where is '?`);
      word = `${word ?? ""}${take(end + 1).slice(1, -1)}`;
    } else if (rest.startsWith('"')) {
      const quoted = take(quoteEnd(rest) + 1).slice(1, -1);
      for (const [, text = ""] of quoted.matchAll(/\$\(([^()]*)\)/g)) inner.push(text);
      word = `${word ?? ""}${quoted}`;
    } else if (word === undefined && rest.startsWith("#")) {
      take(/^[^\n]*/.exec(rest)?.[0].length ?? 0);
    } else if (redirected !== null) {
      take(redirected[0].length);
    } else if (ended !== null) {
      endCommand();
      take(ended[0].length);
    } else if (/^\s/.test(rest)) {
      endWord();
      take(1);
    } else {
      word = `${word ?? ""}${take(1)}`;
    }
  }
  endCommand();
  return [...commands, ...inner.flatMap(shellCommands)];
}

/** Where the parenthesis closes that opens at a place. */
function closing(text: string, open: number): number {
  let depth = 0;
  for (let index = open; index < text.length; index += 1) {
    if (text[index] === "(") depth += 1;
    if (text[index] === ")") depth -= 1;
    if (depth === 0) return index;
  }
  throw new RangeError(`${text}: where is )?`);
}

/** Where a text in double quotes ends; a substitution in it may have quotes of its own. */
function quoteEnd(text: string): number {
  for (let index = 1; index < text.length; index += 1) {
    if (text[index] === "\\") index += 1;
    else if (text.startsWith("$(", index)) index = closing(text, index + 1);
    else if (text[index] === '"') return index;
  }
  throw new RangeError(`${text}: where is "?`);
}
