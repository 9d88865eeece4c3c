import {
  consentFlags,
  consents,
  type DiffReport,
  groupLosses,
  type LossGroup,
  refusals,
  type StackDiff,
  type SystemDiff,
} from "./report";
import { changes, overviewOf, rowsOf } from "./summary";
import { diffLines } from "./values";

// GitHub refuses comments of more than 65536 characters.
const mostCharacters = 60_000;

/** The report as a comment on a pull request. */
export function asMarkdown(report: DiffReport): string {
  const whole = comment(report, true);
  return whole.length <= mostCharacters ? whole : comment(report, false).slice(0, mostCharacters);
}

function comment(report: DiffReport, withFields: boolean): string {
  const parts = [
    `## What deploying this changes, compared with ${code(report.base)}`,
    overview(report),
    alert("CAUTION", groupLosses(refusals(report)).flatMap(refusal)),
    alert("WARNING", groupLosses(consents(report)).map(consented)),
    ...report.stacks.flatMap((stack) => stackParts(stack, withFields)),
    report.notes.map((note) => `_${escaped(note)}_`).join("\n\n"),
    withFields ? "" : `_Too many fields for a comment; ${code(command(report))} lists them._`,
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function overview({ stacks }: DiffReport): string {
  const row = (...cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const all = stacks.flatMap(({ systems }) => systems.map(overviewOf));
  const shown = changes.filter(
    (each) => each !== "kept" || all.some(({ counts }) => counts.kept > 0),
  );
  const head = ["stack", "system", ...shown, "pods that roll"];
  const rows = stacks.flatMap(({ stack, systems }) => {
    if (systems.length === 0) return [row(stack, "no difference", ...shown.map(() => ""), "")];
    return systems.map((system) => {
      const { counts, rolls } = overviewOf(system);
      const cells = shown.map((change) => {
        const count = counts[change] === 0 ? "" : String(counts[change]);
        return change === "replaced" && count !== "" ? `**${count}**` : count;
      });
      return row(stack, system.system, ...cells, rolls.map(escaped).join(", "));
    });
  });
  return [row(...head), row(...head.map(() => "---")), ...rows].join("\n");
}

function stackParts({ stack, systems }: StackDiff, withFields: boolean): readonly string[] {
  return systems.flatMap((system) => [
    `### ${stack}: ${system.system}`,
    table(system),
    ...(withFields ? [details(system)] : []),
  ]);
}

function table(system: SystemDiff): string {
  const rows = rowsOf(system).map(({ label, lines }) => {
    const shown = label === "replaced" ? `**${label}**` : label;
    return `| ${shown} | ${lines.map(escaped).join("<br>")} |`;
  });
  return ["| | |", "| --- | --- |", ...rows].join("\n");
}

function details({ objects }: SystemDiff): string {
  const count = objects.reduce((sum, { fields }) => sum + fields.length, 0);
  const plural = (number: number, word: string): string =>
    `${String(number)} ${word}${number === 1 ? "" : "s"}`;
  const summary = [
    plural(objects.length, "object"),
    ...(count > 0 ? [plural(count, "field")] : []),
  ];
  const body = objects.map((change) => diffLines(change).join("\n")).join("\n\n");
  const fence = fenceFor(body, 3);
  return [
    `<details><summary>${summary.join(", ")}</summary>`,
    "",
    `${fence}diff`,
    body,
    fence,
    "",
    "</details>",
  ].join("\n");
}

function refusal(group: LossGroup): readonly string[] {
  return [
    `${lossText(group)}.`,
    `If this is intended, consent with ${code(consentFlags(group.names))}.`,
  ];
}

function consented(group: LossGroup): string {
  return `${lossText(group)}. Consent was given.`;
}

function lossText({ stack, why, names }: LossGroup): string {
  return `In ${stack}, ${names.map((name) => `**${code(name)}**`).join(", ")} ${escaped(why)}`;
}

function alert(kind: "CAUTION" | "WARNING", lines: readonly string[]): string {
  if (lines.length === 0) return "";
  return [`> [!${kind}]`, ...lines.map((line) => `> ${line}`)]
    .join("\n>\n")
    .replace("]\n>\n", "]\n");
}

function command({ base }: DiffReport): string {
  return `npm run diff -- --base ${base}`;
}

/** Escapes Markdown and mentions: the text comes from the change under review. */
function escaped(text: string): string {
  return text
    .replaceAll(/[\\`*_[\]<>|~#]/g, (mark) => `\\${mark}`)
    .replaceAll("@", "@<!-- -->")
    .replaceAll("\n", " ");
}

function code(text: string): string {
  const fence = fenceFor(text, 1);
  const pad = text.startsWith("`") || text.endsWith("`") ? " " : "";
  return `${fence}${pad}${text.replaceAll("\n", " ")}${pad}${fence}`;
}

/** A fence longer than any run of backticks inside. */
function fenceFor(text: string, least: number): string {
  const runs = text.match(/`+/g) ?? [];
  const longest = Math.max(0, ...runs.map((run) => run.length));
  return "`".repeat(longest < least ? least : longest + 1);
}
