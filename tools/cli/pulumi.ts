import { spawn } from "node:child_process";
import { UserError } from "../../lib/errors";
import { chooseTarget, type Target } from "../cluster/target";
import { listStacks, requireStack } from "../project/stackConfig";
import { type Engine, findEngine, type Part } from "../pulumi/engine";
import { runPulumi } from "../pulumi/cli";
import { engineEnvironment } from "../pulumi/environment";
import { readFlags } from "./arguments";

const progress = (line: string): void => console.error(line);

/** All that plain `pulumi` may need: the host that runs the program, and every plugin. */
const everything: readonly Part[] = ["kubernetes", "random", "nodejs"];

/** The commands of `pulumi` that reach the cluster or run the program. */
const operating = [
  "up",
  "update",
  "preview",
  "pre",
  "refresh",
  "destroy",
  "down",
  "dn",
  "import",
  "watch",
];

/** `npm run pulumi -- ARGS`: any command of Pulumi's CLI, in the environment of this project. */
export async function pulumi(argv: readonly string[], root: string): Promise<number> {
  const parts = operating.includes(argv[0] ?? "") ? everything : [];
  const stack = stackIn(argv);
  const engine = await findEngine({ root, parts, progress });
  const target = parts.length > 0 ? await targetOf(root, stack) : undefined;
  const env = engineEnvironment(root, engine, stack, target?.kubeconfig);
  const child = spawn(engine.command, [...argv], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: "inherit",
  });
  // An interrupt reaches the CLI by the terminal; it ends by itself and frees its lock.
  process.on("SIGINT", () => undefined);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}

/** The stack that a command names; its own passphrase is not handed to any other. */
function stackIn(argv: readonly string[]): string {
  const at = argv.findIndex((word) => word === "--stack" || word === "-s");
  const joined = argv.find((word) => word.startsWith("--stack="));
  return (at >= 0 ? argv[at + 1] : joined?.slice("--stack=".length)) ?? "dev";
}

async function targetOf(root: string, stack: string): Promise<Target | undefined> {
  if (!listStacks(root).includes(stack)) return undefined;
  return await chooseTarget(root, stack, undefined, progress);
}

/** `eval "$(npm run -s env -- --stack S)"`: puts a shell where plain `pulumi` works on the stack. */
export async function env(argv: readonly string[], root: string): Promise<number> {
  const flags = readFlags("env", argv, { stack: { type: "string" }, context: { type: "string" } });
  const { stack = "dev", context } = flags;
  requireStack(root, stack);
  const engine = await findEngine({ root, parts: everything, progress });
  const target = await chooseTarget(root, stack, context, progress);
  const { PATH, ...settings } = engineEnvironment(root, engine, stack, target.kubeconfig);
  for (const [name, value] of Object.entries(settings))
    console.log(`export ${name}=${quoted(value)}`);
  // Keeps what is on PATH when the shell evaluates this.
  console.log(`export PATH=${quoted(PATH?.split(":")[0] ?? "")}:"$PATH"`);
  await selectStack(root, stack, engine, settings);
  return 0;
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Plain `pulumi` works on a stack that its backend knows. */
async function selectStack(
  root: string,
  stack: string,
  engine: Engine,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  const argv = ["stack", "select", stack, "--create", "--secrets-provider", "passphrase"];
  const { code, stderr } = await runPulumi(argv, { root, engine, env: environment });
  if (code !== 0) throw new UserError(`pulumi cannot open stack ${stack}: ${stderr.trim()}`);
}
