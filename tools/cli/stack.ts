import { accessSync, constants, statSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import type { DirectArgs } from "../direct";
import { Cluster } from "../../cluster";
import { withLock } from "../direct/lock";
import { PulumiEngine } from "../pulumi/old";
import { Report } from "../direct/report";
import { requireStack } from "../project/stackConfig";
import { UserError } from "../../lib/errors";
import { readStackRequest, type StackRequest } from "./arguments";
import { chooseTarget, readTarget, requireHeard, type Target } from "./target";

type Operation = "up" | "preview" | "down";

const load = createRequire(__filename);

/** `npm run up`: brings the stack's objects to its cluster. */
export const up = (argv: readonly string[], root: string): Promise<number> =>
  operate("up", argv, root);

/** `npm run preview`: says what `up` would do. */
export const preview = (argv: readonly string[], root: string): Promise<number> =>
  operate("preview", argv, root);

/** `npm run down`: deletes the stack's objects but protected data. */
export const down = (argv: readonly string[], root: string): Promise<number> =>
  operate("down", argv, root);

async function operate(
  operation: Operation,
  argv: readonly string[],
  root: string,
): Promise<number> {
  const request = readStackRequest(operation, argv);
  requireStack(root, request.stack);
  const report = new Report((line) => console.log(line));
  const progress = (line: string): void => report.line(line);
  let chosen: Promise<Target> | undefined;
  const target = (): Promise<Target> =>
    (chosen ??= chooseTarget(root, request.stack, request.context, progress));
  const engine = chooseEngine(request, progress);
  if (engine === "pulumi") requireHeard(root, request.stack, request.context);
  try {
    await withLock(root, request.stack, async () => {
      if (engine === "pulumi") {
        const pulumi = new PulumiEngine({ root, stack: request.stack, target, report });
        return pulumi.run(operation, request.expectNoChanges ? ["--expect-no-changes"] : []);
      }
      await runDirect(operation, {
        root,
        stack: request.stack,
        report,
        cluster: async () => connect(await target()),
      });
      if (request.expectNoChanges && report.changed > 0) {
        throw new UserError(`no changes were expected, but there are ${report.changed}: see above`);
      }
    });
  } catch (error) {
    // Whatever went wrong, its text may quote a secret.
    if (error instanceof Error) error.message = report.mask(error.message);
    throw error;
  }
  return 0;
}

async function runDirect(operation: Operation, args: DirectArgs): Promise<void> {
  // Loaded here: it runs the program, which the pulumi command does by itself.
  const { deploy, destroy, plan } = load("../direct") as typeof import("../direct");
  if (operation === "down") return destroy(args);
  args.report.outputs(await (operation === "up" ? deploy(args) : plan(args)));
}

async function connect(target: Target): Promise<Cluster> {
  return Cluster.connect(readTarget(target), target.context);
}

function chooseEngine(
  { engine }: StackRequest,
  progress: (line: string) => void,
): "direct" | "pulumi" {
  const installed = isOnPath("pulumi");
  if (engine === "pulumi" && !installed) {
    throw new UserError(
      "--engine pulumi needs the Pulumi CLI on PATH: https://www.pulumi.com/docs/install/",
    );
  }
  if (engine !== undefined) return engine;
  if (installed) return "pulumi";
  progress(
    "no Pulumi CLI on PATH (https://www.pulumi.com/docs/install/): deploying by the direct engine",
  );
  return "direct";
}

/** Whether a program of this name can be started. */
export function isOnPath(program: string): boolean {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const names = process.platform === "win32" ? [`${program}.exe`, `${program}.cmd`] : [program];
  return folders.some((folder) =>
    names.some((name) => {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return statSync(join(folder, name)).isFile();
      } catch {
        return false;
      }
    }),
  );
}
