import * as pulumi from "@pulumi/pulumi";
import type { DependencyWatch } from "./dependencies";
import { joinErrors, UserError } from "../../lib/errors";
import { createMonitor, type ObjectHandler, type PasswordSource } from "./mocks";
import { readOutputs, type StackOutput } from "./exports";
import { runEntry } from "../project/entry";
import { isolated } from "./pulumiRuntime";

/** One run of the program under Pulumi's own mock runtime. */
interface ProgramRun {
  /** Directory of `index.ts`. */
  readonly root: string;
  readonly project: string;
  readonly stack: string;
  /** Configuration by `project:key`, as text. */
  readonly config: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
  /** Whether live values count as not known yet, as in `pulumi preview`. */
  readonly preview: boolean;
  readonly onObject: ObjectHandler;
  readonly passwords: PasswordSource;
  /** Hears the program's warnings, which without an engine would go to the terminal. */
  readonly onWarning: (text: string) => void;
  /** Listens to what the objects wait for. @default - nobody asks */
  readonly dependencies?: DependencyWatch;
}

/**
 * Runs the unchanged program. Its objects go through `onObject` in the order of their
 * dependencies, independent ones in parallel; after a failure no further ones are started.
 *
 * @returns What the program exports.
 * @throws One error for everything that went wrong.
 */
export async function runProgram(run: ProgramRun): Promise<readonly StackOutput[]> {
  const failures: unknown[] = [];
  const monitor = createMonitor({
    onObject: run.onObject,
    passwords: run.passwords,
    onFailure: (error) => failures.push(error),
  });
  // Errors of the program itself; a failed object is reported once, not again by its dependents.
  const strays: unknown[] = [];
  const release = catchRejections((error) => strays.push(error));
  const { warn } = pulumi.log;
  const heard: typeof warn = (text) => Promise.resolve(run.onWarning(text));
  Object.assign(pulumi.log, { warn: heard });
  try {
    const outputs = await isolated(async () => {
      pulumi.runtime.setAllConfig({ ...run.config }, [...run.secretKeys]);
      await pulumi.runtime.setMocks(monitor, run.project, run.stack, run.preview);
      run.dependencies?.start();
      let exported: unknown;
      try {
        exported = await loadProgram(run.root);
      } catch (error) {
        strays.push(error);
      }
      await pulumi.runtime.disconnect();
      await settled();
      if (pulumi.log.hasErrors())
        strays.push(new UserError("the program logged an error: see above"));
      if (failures.length > 0 || strays.length > 0) return [];
      return await readOutputs(exported);
    });
    await settled();
    const errors = failures.length > 0 ? failures : strays;
    if (errors.length > 0) throw joinErrors([...new Set(errors)]);
    return outputs;
  } finally {
    Object.assign(pulumi.log, { warn });
    release();
  }
}

async function loadProgram(root: string): Promise<unknown> {
  const exported = runEntry(root);
  return typeof exported === "function" ? await (exported as () => unknown)() : exported;
}

/**
 * Pulumi's runtime reports failures as unhandled rejections, for which its own runner has a
 * handler; this is ours. Other listeners (a test runner's) do not hear them meanwhile.
 */
function catchRejections(onError: (error: unknown) => void): () => void {
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", onError);
  return () => {
    process.off("unhandledRejection", onError);
    for (const listener of others) process.on("unhandledRejection", listener);
  };
}

/** Lets pending promises reject: Node reports unhandled ones only after the microtasks. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
