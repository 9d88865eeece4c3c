import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { log } from "@pulumi/pulumi";
import { LocalWorkspace, PulumiCommand, Stack } from "@pulumi/pulumi/automation";
import { parse } from "semver";
import { runEntry } from "../project/entry";
import { mendBackend, stateFile } from "./backend";
import type { Engine } from "./engine";
import {
  engineEnvironment,
  hasPassphrase,
  requirePassphrase,
  wrongPassphrase,
} from "./environment";
import { explainLock } from "./failure";
import { isInCheckout } from "./state";

const load = createRequire(__filename);

/** What to open a stack with. */
interface OpenArgs {
  readonly root: string;
  readonly stack: string;
  readonly engine: Engine;
  /** Path of the kubeconfig that the provider reads. @default - what it finds itself */
  readonly kubeconfig?: string;
  readonly line: (text: string) => void;
  /** Whether a stack that the backend does not know is made, rather than not found. @default true */
  readonly create?: boolean;
}

/**
 * After each operation the API starts `pulumi` three times more, for outputs and a summary. The engine's
 * events have told both by then.
 */
const answers: Pick<Stack, "outputs" | "info"> = {
  outputs: () => Promise.resolve({}),
  info: () => Promise.resolve(undefined),
};

/**
 * Opens a stack by Pulumi's Automation API, its program run in this process: a process of its own,
 * started by the language host, would take three times as long.
 *
 * @throws StackNotFoundError if the backend does not know it, and it is not to be made.
 */
export async function openStack(args: OpenArgs): Promise<Stack> {
  const { root, stack, engine, kubeconfig, line, create = true } = args;
  requirePassphrase(root, stack);
  for (const text of mendBackend(root)) line(text);
  try {
    const workspace = await LocalWorkspace.create({
      workDir: root,
      program: () => loadProgram(root, kubeconfig),
      pulumiCommand: commandOf(engine),
      envVars: engineEnvironment(root, engine, stack, kubeconfig),
      // Said, or the encryptionsalt of the stack's file would be made anew.
      ...(hasPassphrase(root, stack) && { secretsProvider: "passphrase" }),
    });
    if (isInCheckout({ workspace }) && existsSync(stateFile(root, stack, {}))) {
      // `pulumi` would take a fifth of a second to say that it is there.
      workspace.selectStack = () => Promise.resolve();
    }
    const opened = await (create
      ? Stack.createOrSelect(stack, workspace)
      : Stack.select(stack, workspace));
    return Object.assign(opened, answers);
  } catch (error) {
    throw explainLock(error, stack) ?? wrongPassphrase(error, stack) ?? error;
  }
}

/**
 * As `PulumiCommand.get`, which would ask the program for its version, in a fifth of a second. While `pulumi` starts, which
 * takes longer, what `index.ts` imports is loaded; the method by which the API starts it is not in the published types.
 */
function commandOf({ command, version }: Engine): PulumiCommand {
  const made = Object.create(PulumiCommand.prototype) as PulumiCommand & {
    run(args: readonly string[], ...more: unknown[]): Promise<unknown>;
  };
  const start = made.run.bind(made);
  return Object.assign(made, {
    command,
    version: parse(version),
    run: (args: readonly string[], ...more: unknown[]) => {
      const running = start(args, ...more);
      if (args[0] !== "destroy") load("../../stack/deploy");
      return running;
    },
  });
}

/**
 * Runs `index.ts` anew, in the environment that plain `pulumi` would give it. The SDK sends the engine each of its 1,300
 * debug messages by a call of its own, one after the other, and the program ends only then; the engine drops them.
 */
function loadProgram(root: string, kubeconfig?: string): Promise<Record<string, unknown>> {
  Object.assign(log, { debug: () => Promise.resolve() });
  if (kubeconfig !== undefined) process.env["KUBECONFIG"] = kubeconfig;
  return Promise.resolve(runEntry(root) as Record<string, unknown>);
}
