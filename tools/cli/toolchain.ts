import { mkdirSync } from "node:fs";
import { PulumiCommand } from "@pulumi/pulumi/automation";
import { UserError } from "../../lib/errors";
import { installFolder, ownEngine } from "../pulumi/engine";
import { builtPath, isBuilt, programs } from "../toolchain";

const usage = `usage: npm run toolchain -- status    list the programs with their paths, and the engine in use
       npm run toolchain -- install   download the official Pulumi CLI into the state folder`;

/** `npm run toolchain`: what the project's own programs are, and the official CLI in their place. */
export async function toolchain(argv: readonly string[], root: string): Promise<number> {
  const [action, ...rest] = argv;
  if (rest.length > 0 || (action !== "status" && action !== "install")) throw new UserError(usage);
  if (action === "install") return await install(root);
  const own = await ownEngine(root);
  console.log(own?.title ?? "no pulumi on PATH; using one built from Go modules");
  if (own !== undefined) console.log("with its own language host and plugins");
  const width = Math.max(...programs.map(({ name }) => name.length));
  for (const program of programs) {
    const where = isBuilt(root, program)
      ? builtPath(root, program)
      : `not built; takes about ${String(program.cpuSeconds)} CPU seconds with empty caches`;
    console.log(`${program.name.padEnd(width)}  ${program.version.padEnd(9)}  ${where}`);
  }
  return 0;
}

async function install(root: string): Promise<number> {
  const folder = installFolder(root);
  mkdirSync(folder, { recursive: true });
  console.log(`downloading the official Pulumi CLI into ${folder}`);
  try {
    const { version } = await PulumiCommand.install({ root: folder });
    console.log(`installed Pulumi ${String(version)}; commands use it from now on`);
    return 0;
  } catch (error) {
    throw new UserError(
      `cannot download the official Pulumi CLI: ${reasonOf(error)}\n` +
        "Commands work without it: they build Pulumi from Go modules.",
    );
  }
}

/** Why a download or the installer failed: the Automation API puts what was said between its own words. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (/^ stderr: ([^]*?)\n err\?:/m.exec(message)?.[1] ?? message).trim();
}
