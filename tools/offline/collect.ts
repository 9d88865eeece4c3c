import { type Dependencies, DependencyWatch } from "./dependencies";
import { UserError } from "../../lib/errors";
import { hasUnknown } from "./mocks";
import { describe, keyOf, type KubeObject, textAt } from "../../lib/objects";
import type { StackOutput } from "./outputs";
import { Passwords } from "../direct/passwords";
import { runProgram } from "./program";
import { openStackConfig, readProject } from "../project/stackConfig";

/** What to collect the objects of. */
export interface CollectArgs {
  readonly root: string;
  readonly stack: string;
  /** @default - found where the Pulumi CLI finds it */
  readonly passphrase?: string;
  /**
   * Configuration by `project:key`, as text, taken instead of the stack's file.
   * @default - read from the file
   */
  readonly config?: Readonly<Record<string, string>>;
  /** The keys of `config` that are secret. @default [] */
  readonly secretKeys?: readonly string[];
}

/** Everything the program would create, and its outputs as far as they are known without a cluster. */
export interface Collected {
  readonly objects: readonly KubeObject[];
  readonly outputs: readonly StackOutput[];
  readonly dependencies: Dependencies;
}

/** Runs the program without a cluster and returns its objects, in the order it registers them. */
export async function collectObjects(args: CollectArgs): Promise<Collected> {
  const { root, stack, passphrase } = args;
  const opened =
    args.config === undefined
      ? openStackConfig(root, stack, passphrase)
      : {
          project: textAt(readProject(root), "name"),
          config: args.config,
          secretKeys: args.secretKeys ?? [],
          crypter: undefined,
        };
  const passwords = new Passwords(root, stack, opened.crypter);
  const collected = await collectRun({ root, stack, ...opened, passwords: passwords.get });
  requireKnown(collected.objects);
  return collected;
}

/** Refuses objects that are not wholly known without a cluster. */
export function requireKnown(objects: readonly KubeObject[]): void {
  const unknown = objects.find(hasUnknown);
  if (unknown === undefined) return;
  throw new UserError(`${describe(unknown)} depends on values that only a live cluster has`);
}

/** A run that only notes the objects; the program sees what a preview would show it. */
export async function collectRun(
  run: Omit<Parameters<typeof runProgram>[0], "onObject" | "preview">,
): Promise<Collected> {
  const objects = new Map<string, KubeObject>();
  const dependencies = new DependencyWatch();
  const outputs = await runProgram({
    ...run,
    dependencies,
    preview: true,
    onObject: (object) => {
      const key = keyOf(object);
      if (objects.has(key)) {
        return Promise.reject(new UserError(`the program has two objects ${describe(object)}`));
      }
      objects.set(key, object);
      return Promise.resolve(object);
    },
  });
  return { objects: [...objects.values()], outputs, dependencies: dependencies.read() };
}
