import { type Dependencies, DependencyWatch } from "./dependencies";
import { UserError } from "../../lib/errors";
import { hasUnknown } from "./mocks";
import { describe, keyOf, type KubeObject } from "../../lib/objects";
import type { StackOutput } from "./exports";
import { runProgram } from "./program";

/** Everything the program would create, and its outputs as far as they are known without a cluster. */
export interface Collected {
  readonly objects: readonly KubeObject[];
  readonly outputs: readonly StackOutput[];
  readonly dependencies: Dependencies;
  readonly warnings: readonly string[];
}

/** Refuses objects that are not wholly known without a cluster. */
export function requireKnown(objects: readonly KubeObject[]): void {
  const unknown = objects.find(hasUnknown);
  if (unknown === undefined) return;
  throw new UserError(
    `${describe(unknown)} depends on values that are known only in a live cluster`,
  );
}

/** A run that only notes the objects; the program sees what a preview would show it. */
export async function collectRun(
  run: Omit<Parameters<typeof runProgram>[0], "onObject" | "onWarning" | "preview">,
): Promise<Collected> {
  const objects = new Map<string, KubeObject>();
  const dependencies = new DependencyWatch();
  const warnings: string[] = [];
  const outputs = await runProgram({
    ...run,
    dependencies,
    preview: true,
    onWarning: (text) => warnings.push(text),
    onObject: (object) => {
      const key = keyOf(object);
      if (objects.has(key)) {
        return Promise.reject(new UserError(`the program registers ${describe(object)} twice`));
      }
      objects.set(key, object);
      return Promise.resolve(object);
    },
  });
  return { objects: [...objects.values()], outputs, dependencies: dependencies.read(), warnings };
}
