import { liveAll } from "./jobs";

/** The generation of each workload of a namespace: how often its spec has changed. */
export async function generations(namespace: string): Promise<Readonly<Record<string, unknown>>> {
  const deployments = await liveAll("/apis/apps/v1/deployments", namespace);
  const sets = await liveAll("/apis/apps/v1/statefulsets", namespace);
  return Object.fromEntries(
    [...deployments, ...sets].map(({ metadata }) => [metadata.name, metadata.generation]),
  );
}

/** The workloads whose pods rolled in between. */
export function rolled(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): string[] {
  return Object.keys(after)
    .filter((each) => before[each] !== after[each])
    .sort();
}
