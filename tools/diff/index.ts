import { createRequire } from "node:module";
import { UserError } from "../../lib/errors";
import { listStacks } from "../project/stackConfig";
import { checkOut, trackedStacks } from "./checkout";
import { compareStack } from "./compare";
import type { DiffReport } from "./report";
import { collectElsewhere } from "./elsewhere";

export { type DiffReport, refusals } from "./report";

/** What `--stack` takes for every stack. */
const everyStack = "all";
const load = createRequire(__filename);

/** What to compare. */
interface DiffArgs {
  /** The project's folder; its files as they are now are head. */
  readonly root: string;
  /** The revision that head is compared with. */
  readonly base: string;
  /** A stack's name, or `all`. */
  readonly stack: string;
  /** Objects, as `Kind/namespace/name`, whose loss somebody consents to. */
  readonly allowed: readonly string[];
}

/**
 * What would change in the clusters if head were deployed where base is: found by running both
 * programs, each with its own code, without a cluster and without a passphrase.
 */
export async function diffRevision({ root, base, stack, allowed }: DiffArgs): Promise<DiffReport> {
  const checkout = checkOut(root, base);
  const end = new AbortController();
  try {
    const bases = listStacks(checkout.root);
    const heads = stack === everyStack ? trackedStacks(root) : listStacks(root);
    const all = [...new Set([...heads, ...bases])].sort();
    const chosen = stack === everyStack ? all : all.filter((name) => name === stack);
    if (chosen.length === 0) {
      throw new UserError(`--stack ${stack}: must be all or one of ${all.join(", ")}`);
    }
    const compared = chosen.filter((name) => heads.includes(name));
    const known = compared.filter((name) => bases.includes(name));
    const other = collectElsewhere({ root: checkout.root, stacks: known, name: base }, end.signal);
    // Loaded only now: it takes a second, in which the other process has started.
    const { collectSide } = load("./side") as typeof import("./side");
    const own = collectSide({ root, stacks: compared, name: "this folder" });
    const [before, after] = await Promise.all([other, own]);
    const stacks = compared.map((name) =>
      compareStack(name, before[name] ?? [], after[name] ?? [], allowed),
    );
    const gone = chosen.filter((name) => !heads.includes(name));
    const losses = stacks.flatMap((each) => each.losses.map(({ name }) => name));
    const idle = allowed.filter((name) => !losses.includes(name));
    const notes = [
      ...checkout.notes,
      ...gone.map((name) => `stack ${name} no longer has a file: what it deployed stays`),
      ...idle.map((name) => `--allow-replace ${name}: no such object would be lost`),
    ];
    return { base, stacks, notes };
  } finally {
    end.abort();
    checkout.remove();
  }
}
