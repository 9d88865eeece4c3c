import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { builtPath, controlPlane, isBuilt, pulumi } from "../../tools/toolchain";
import { inProcess } from "./inProcess";
import { root } from "./folders";
import type { ShellCommand } from "./shellCommands";

const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly scripts: Readonly<Record<string, string>>;
};

/** Programs that are asked what they know, besides this project's own commands. */
export type Helper = "git" | "kubectl" | "pulumi";

/** How each program is started; undefined where it is not there. */
export function helpers(): Readonly<Record<Helper, ShellCommand | undefined>> {
  const built = (program: typeof pulumi, ...words: string[]) =>
    isBuilt(root, program) ? [builtPath(root, program), ...words] : undefined;
  const onPath = (program: string) =>
    spawnSync(program, ["version"]).error === undefined ? [program] : undefined;
  return {
    git: onPath("git"),
    kubectl: built(controlPlane, "kubectl") ?? onPath("kubectl"),
    pulumi: built(pulumi) ?? onPath("pulumi"),
  };
}

/** What only a shell knows. */
const builtIn = ["cd", "eval", "export"];

/** Tells what is wrong with commands: that nobody knows them, or their flags. */
export class KnownCommands {
  private readonly answers = new Map<string, Promise<string>>();

  /**
   * @param folder - Where commands are asked what they take: a folder in which they could do nothing.
   * @param programs - See `helpers`. Of one that is not there every command is taken for known.
   *   @default - none is there
   */
  constructor(
    private readonly folder: string,
    private readonly programs: Readonly<Partial<Record<Helper, ShellCommand | undefined>>> = {},
  ) {}

  /** What is wrong with a command, in words. */
  async problems(command: ShellCommand): Promise<readonly string[]> {
    const [program = "", ...words] = command;
    if (program === "npm") return this.npmProblems(words);
    if (program === "git" || program === "kubectl" || program === "pulumi") {
      return this.helperProblems(program, words);
    }
    if (builtIn.includes(program)) return [];
    return [
      `${program}: only npm, git, kubectl and pulumi are checked; put <!-- not run: REASON --> above it`,
    ];
  }

  private async npmProblems([verb = "", ...words]: ShellCommand): Promise<readonly string[]> {
    if (verb === "ci" || verb === "test")
      return words.map((word) => `npm ${verb} takes no ${word}`);
    if (verb !== "run") return [`npm ${verb} is not used here`];
    const [name = "", dashes, ...argv] = /^(-s|--silent)$/.test(words[0] ?? "")
      ? words.slice(1)
      : words;
    const script = scripts[name];
    if (script === undefined) return [`npm run ${name}: there is no such script`];
    if (dashes !== undefined && dashes !== "--") return [`npm run ${name} ${dashes}: where is --?`];
    if (name === "pulumi") return this.helperProblems("pulumi", argv);
    if (name === "cluster" && argv[0] === "kubectl") {
      return this.helperProblems("kubectl", argv.slice(1));
    }
    if (script.includes("tools/cli/start.cjs")) return this.ownProblems(name, argv);
    return argv.map((word) => `npm run ${name} is not run with ${word}`);
  }

  private async ownProblems(name: string, argv: ShellCommand): Promise<readonly string[]> {
    const first = argv.findIndex((word) => word.startsWith("-"));
    const words = first < 0 ? argv : argv.slice(0, first);
    const asked = [name, ...words, "--no-such-flag"];
    const answer = await this.once(asked, async () => {
      return (await inProcess(asked, this.folder, process.env)).output;
    });
    const known: readonly string[] = answer.match(/--[\w-]+/g) ?? [];
    const usage = new RegExp(`npm run ${name} -- ([a-z]+)`, "g");
    const actions = [...answer.matchAll(usage)].map(([, action]) => action);
    const [action] = words;
    return [
      ...(/Unexpected argument/.test(answer)
        ? [`npm run ${name} takes no ${words.join(" ")}`]
        : []),
      ...(action !== undefined && actions.length > 0 && !actions.includes(action)
        ? [`npm run ${name} -- ${action}: it knows ${actions.join(", ")}`]
        : []),
      ...flagsIn(argv)
        .filter((flag) => !known.includes(flag))
        .map((flag) => `npm run ${name} does not take ${flag}: ${answer.trim()}`),
    ];
  }

  private async helperProblems(program: Helper, argv: ShellCommand): Promise<readonly string[]> {
    const start = this.programs[program];
    if (start === undefined) return [];
    // What follows -- is another program's.
    const end = argv.indexOf("--");
    const own = end < 0 ? argv : argv.slice(0, end);
    const words = commandIn(own);
    const help = await this.once([program, ...words], () => helpOf(program, start, words));
    const title = [program, ...words].join(" ");
    if (!isOf(program, help, words)) return [`${title}: ${program} has no such command`];
    const known: readonly string[] = help.match(/(?<![\w-])--?[a-zA-Z][\w-]*/g) ?? [];
    return flagsIn(own)
      .filter((flag) => !known.includes(flag))
      .map((flag) => `${title} does not take ${flag}`);
  }

  private once(words: ShellCommand, ask: () => Promise<string>): Promise<string> {
    const key = words.join(" ");
    const found = this.answers.get(key) ?? ask();
    this.answers.set(key, found);
    return found;
  }
}

/** The words of a command before its flags; flags that come first, such as `-n NAMESPACE`, take a value. */
function commandIn([first = "", ...rest]: ShellCommand): ShellCommand {
  if (first === "") return [];
  if (first.startsWith("-")) return commandIn(first.includes("=") ? rest : rest.slice(1));
  const end = rest.findIndex((word) => word.startsWith("-"));
  return [first, ...(end < 0 ? rest : rest.slice(0, end))];
}

/** The flags of a command, without their values. */
const flagsIn = (argv: ShellCommand): readonly string[] =>
  argv.filter((word) => /^--?[a-zA-Z]/.test(word)).map((word) => word.split("=")[0] ?? word);

/** What a program says of a command. */
function helpOf(program: Helper, start: ShellCommand, words: ShellCommand): Promise<string> {
  const [path = "", ...before] = start;
  const ask = (...argv: readonly string[]): string => {
    const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
    const { stdout, stderr } = spawnSync(path, [...before, ...argv], { encoding: "utf8", env });
    return `${stdout}${stderr}`;
  };
  if (program === "git") return Promise.resolve(ask(words[0] ?? "", "-h"));
  const options = program === "kubectl" ? ask("options") : "";
  return Promise.resolve(`${ask(...words, "--help")}\n${options}`);
}

/** Whether a help text is about the command, and not about the one above it. */
function isOf(program: Helper, help: string, words: ShellCommand): boolean {
  if (words.length === 0) return true;
  if (program === "git") return !/is not a git command/.test(help);
  const usage = /^Usage:\n\s+(\S+(?: [a-z][\w-]*)*)/m.exec(help)?.[1] ?? "";
  const path = usage.split(" ").slice(1);
  const own = words[path.length - 1] ?? "";
  const aliases = /^Aliases:\n(.*)$/m.exec(help)?.[1]?.trim().split(", ") ?? [];
  if (path.at(-1) !== own && !aliases.includes(own)) return false;
  // Of a command that has commands of its own, only those may follow.
  const listed = /^Available Commands:\n((?: .*\n)+)/m.exec(help)?.[1] ?? "";
  const known = [...listed.matchAll(/^ +([a-z][\w-]*)/gm)].map(([, name]) => name);
  const next = words[path.length];
  return known.length === 0 || next === undefined || known.includes(next);
}
