/** Values of an INI file, by section and option. */
export type IniValues = Readonly<
  Record<string, Readonly<Record<string, string | number | boolean>>>
>;

const sectionOf = (line: string): string | undefined => /^\[(.+)\]\s*$/.exec(line)?.[1];
const optionOf = (line: string): string | undefined => /^([^#;\s=:][^=:]*?)\s*[=:]/.exec(line)?.[1];

/**
 * The text with values laid over it; comments stay. An existing option changes in its line, a new one
 * goes to the end of its section, and a new section to the end of the file. Names compare as in
 * Python's configparser: options regardless of case, sections exactly.
 */
export function overlayIni(text: string, values: IniValues): string {
  const sections = splitSections(text);
  for (const [name, options] of Object.entries(values)) {
    let section = sections.find((each) => each.name === name);
    if (!section) {
      section = { name, lines: [`[${name}]`] };
      sections.push(section);
    }
    for (const [option, value] of Object.entries(options)) setOption(section.lines, option, value);
  }
  return sections
    .map(({ lines }) => lines.join("\n").trim())
    .filter((part) => part !== "")
    .join("\n\n")
    .concat("\n");
}

interface Section {
  readonly name: string | undefined;
  readonly lines: string[];
}

function splitSections(text: string): Section[] {
  const sections: Section[] = [{ name: undefined, lines: [] }];
  for (const line of text.split("\n")) {
    const name = sectionOf(line);
    if (name !== undefined) sections.push({ name, lines: [] });
    sections.at(-1)?.lines.push(line);
  }
  return sections;
}

function setOption(lines: string[], option: string, value: string | number | boolean): void {
  const line = `${option} = ${String(value)}`.trimEnd();
  const found = lines.findIndex((each) => optionOf(each)?.toLowerCase() === option.toLowerCase());
  if (found >= 0) {
    lines[found] = line;
    return;
  }
  while (lines.at(-1)?.trim() === "") lines.pop();
  lines.push(line);
}
