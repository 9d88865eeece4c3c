import {
  consentFlags,
  consents,
  type DiffReport,
  groupLosses,
  refusals,
  type StackDiff,
} from "./report";
import { changes, overviewOf, rowsOf } from "./summary";
import { diffLines } from "./values";

/** The report for a terminal. */
export function asText(report: DiffReport): string {
  const lines = [
    `What this folder would deploy, compared with ${report.base}:`,
    ...report.stacks.flatMap(overviewLines),
    ...groupLosses(refusals(report)).flatMap(({ stack, why, names }) => [
      "",
      `REFUSED in ${stack}: ${names.join(", ")} ${why}`,
      `  if this is intended: ${consentFlags(names)}`,
    ]),
    ...groupLosses(consents(report)).flatMap(({ stack, why, names }) => [
      "",
      `CONSENTED in ${stack}: ${names.join(", ")} ${why}`,
    ]),
    ...report.stacks.flatMap(stackLines),
    ...report.notes.flatMap((note) => ["", `note: ${note}`]),
  ];
  const refused = refusals(report).length;
  if (refused > 0) {
    lines.push("", `${String(refused)} ${refused === 1 ? "change needs" : "changes need"} consent`);
  }
  return lines.join("\n");
}

function overviewLines({ stack, systems }: StackDiff): readonly string[] {
  if (systems.length === 0) return [`  ${stack}: no difference`];
  return systems.map((system) => {
    const { counts, rolls } = overviewOf(system);
    const counted = changes.filter((change) => counts[change] > 0);
    const texts = counted.map((change) => `${String(counts[change])} ${change}`);
    if (rolls.length > 0) texts.push(`rolls ${rolls.join(", ")}`);
    return `  ${stack}: ${system.system}: ${texts.join("; ")}`;
  });
}

function stackLines({ stack, systems }: StackDiff): readonly string[] {
  return systems.flatMap((system) => [
    "",
    `${stack}: ${system.system}`,
    ...rowsOf(system).flatMap(({ label, lines }) =>
      lines.map((line, index) => `  ${(index === 0 ? label : "").padEnd(9)} ${line}`),
    ),
    ...system.objects.flatMap((change) => ["", ...diffLines(change).map((line) => `    ${line}`)]),
  ]);
}
