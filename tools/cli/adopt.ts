import { Cluster } from "../../cluster";
import { findBeside } from "../adopt/beside";
import { findExisting } from "../adopt/existing";
import { adoptionLines } from "../adopt/text";
import { wantedObjects } from "../adopt/wanted";
import { chooseTarget, readTarget } from "../cluster/target";
import { requireStack } from "../project/stackConfig";
import { findEngine } from "../pulumi/engine";
import { masked, secretValues } from "../status/mask";
import { readFlags } from "./arguments";

/** `npm run adopt`: what `up` would take over from others. Exit code 1 if it cannot take all. */
export async function adopt(argv: readonly string[], root: string): Promise<number> {
  const { stack = "dev", context } = readFlags("adopt", argv, {
    stack: { type: "string" },
    context: { type: "string" },
  });
  requireStack(root, stack);
  const progress = (line: string): void => console.error(line);
  const engine = await findEngine({ root, parts: [], progress });
  const target = await chooseTarget(root, stack, context, progress);
  const cluster = await Cluster.connect(readTarget(target), target.context);
  const wanted = await wantedObjects({ root, stack, engine });
  const existing = await findExisting(cluster, stack, wanted);
  const beside = await findBeside(cluster, stack, wanted);
  const secrets = [...wanted, ...existing.flatMap(({ live }) => live ?? [])].flatMap(secretValues);
  for (const line of masked(adoptionLines(existing, beside, wanted), secrets)) console.log(line);
  const refused = existing.filter((each) => each.refused !== undefined).length;
  const [count, all] = [existing.length, wanted.length].map(String);
  const verdict =
    refused > 0
      ? `${String(refused)} of ${count ?? ""} cannot be taken over`
      : `up takes over ${count ?? ""} of ${all ?? ""} objects`;
  console.log(`${verdict}; nothing was changed`);
  return refused > 0 ? 1 : 0;
}
