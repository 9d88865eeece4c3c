import { formatCapacity } from "../../lib/capacity";
import { consentName, type DiffReport, refusals } from "./report";

/** The report for programs; its shape only grows. */
export function asJson(report: DiffReport): string {
  const { base, notes } = report;
  const stacks = report.stacks.map(({ stack, systems, losses }) => ({
    stack,
    systems: systems.map(({ system, objects, rolls, capacity }) => ({
      system,
      objects: objects.map(({ change, object, fields, replacedBy }) => ({
        change,
        object: consentName(object),
        fields,
        replacedBy,
      })),
      rolls,
      capacity: {
        before: formatCapacity(capacity.before),
        after: formatCapacity(capacity.after),
      },
    })),
    losses,
  }));
  return JSON.stringify({ base, refused: refusals(report).length, stacks, notes }, null, 2);
}
