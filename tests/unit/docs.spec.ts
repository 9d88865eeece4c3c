import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { root } from "../support/folders";
import { helpers, KnownCommands } from "../support/knownCommands";
import { readMarkdown } from "../support/markdown";
import { shellCommands } from "../support/shellCommands";

const below = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .map((file) => join(folder, file))
    .filter((file) => file.endsWith(".md"))
    .sort();

/** Every document of the project, relative to its root. */
const documents = [
  "README.md",
  "CONTRIBUTING.md",
  ...["docs", "systems", "components"].flatMap(below),
];
const read = (file: string): string => readFileSync(join(root, file), "utf8");

let temporary = "";
let commands: KnownCommands;
/** The programs that are not installed or built, so that nobody can ask them for their flags. */
let missing: readonly string[] = [];
before(() => {
  temporary = mkdtempSync(join(tmpdir(), "stackberth-docs-"));
  writeFileSync(join(temporary, "Pulumi.yaml"), "name: nothing\n");
  const programs = helpers();
  commands = new KnownCommands(temporary, programs);
  missing = Object.entries(programs).flatMap(([name, start]) => (start === undefined ? name : []));
});
after(() => rmSync(temporary, { recursive: true }));

/** What is wrong with a document, one line each; `file` is its path from the root. */
type Check = (text: string, file: string) => readonly string[] | Promise<readonly string[]>;

async function deadLinks(text: string, file: string): Promise<readonly string[]> {
  const { links, anchors } = await readMarkdown(text);
  const found = links.map(async ({ text: target, line }) => {
    if (/^[a-z]+:/.test(target)) return [];
    const dead = `line ${String(line)}: ${target}`;
    const [path = "", anchor] = target.split("#");
    const wanted = path === "" ? join(root, file) : resolve(root, dirname(file), path);
    if (relative(root, wanted).startsWith("..") || !existsSync(wanted)) return [dead];
    if (anchor === undefined) return [];
    const there =
      path === "" ? anchors : (await readMarkdown(readFileSync(wanted, "utf8"))).anchors;
    return there.has(anchor) ? [] : [dead];
  });
  return (await Promise.all(found)).flat();
}

async function shellProblems(shell: string): Promise<readonly string[]> {
  const problems = shellCommands(shell).map((each) => commands.problems(each));
  return (await Promise.all(problems)).flat();
}

/** Of fenced blocks of shell, unless a comment says why they are not run, and of commands in a line. */
async function unknownCommands(text: string): Promise<readonly string[]> {
  const { blocks, inlineCode } = await readMarkdown(text);
  const run = blocks.filter(({ language, notRun }) => language === "sh" && notRun === undefined);
  const inline = inlineCode.filter((each) => /^(npm|kubectl|pulumi|git) [a-z-]/.test(each.text));
  const found = [...run, ...inline].map(async ({ text: shell, line }) =>
    (await shellProblems(shell)).map((it) => `line ${String(line)}: ${it}`),
  );
  return (await Promise.all(found)).flat();
}

/** Blocks that are marked as not run, though every command in them can be checked. */
async function needlessMarks(text: string): Promise<readonly string[]> {
  const { blocks } = await readMarkdown(text);
  const marked = blocks.filter(({ notRun }) => notRun !== undefined);
  const found = marked.map(async ({ text: shell, line }) =>
    (await shellProblems(shell)).length > 0 ? [] : [`line ${String(line)}: remove "not run"`],
  );
  return (await Promise.all(found)).flat();
}

/** Where a document says "`name` in [`file`](file)", the file has that name. */
const misplacedNames: Check = (text, file) =>
  [...text.matchAll(/`(\w+)`\s+in\s+\[`[^`]+`\]\(([^)]+)\)/g)].flatMap(
    ([, name = "", path = ""]) => {
      const there = readFileSync(resolve(root, dirname(file), path), "utf8");
      return new RegExp(`\\b${name}\\b`).test(there) ? [] : [`${path} has no ${name}`];
    },
  );

/** Blocks that look like shell, but are not marked so, and would not be checked. */
async function unmarkedShell(text: string): Promise<readonly string[]> {
  const { blocks } = await readMarkdown(text);
  const isShell = /^(bash|shell|console|zsh)$|^$/;
  return blocks
    .filter(({ language }) => isShell.test(language))
    .filter(({ language, text: block }) => language || /^(npm|kubectl|pulumi|git) /m.test(block))
    .map(({ language, line }) => `line ${String(line)}: write sh, not "${language}"`);
}

/** Words for what no longer exists, and for sources that a reader cannot open, written so that `git grep` finds none. */
const outdated = [/direct\s+engine/i, /--engin[e]\b/, /\bthe (seed|plan)\b/i, /npm run ci\b/];

const outdatedWords: Check = (text) =>
  text
    .split("\n")
    .flatMap((content, index) =>
      outdated
        .filter((words) => words.test(content))
        .map((words) => `line ${String(index + 1)}: ${String(words)}`),
    );

const most = { lines: 150, bytes: 12 * 1024 };

const tooLong: Check = (text, file) => {
  if (file !== "README.md") return [];
  const [lines, bytes] = [text.split("\n").length - 1, Buffer.byteLength(text)];
  return [
    ...(lines > most.lines ? [`${String(lines)} lines`] : []),
    ...(bytes > most.bytes ? [`${String(bytes)} bytes`] : []),
  ];
};

const fence = "```";
const shell = (line: string): string => `${fence}sh\n${line}\n${fence}\n`;

/** Every check, and texts in which it must find exactly one thing. */
const checks: readonly {
  readonly title: string;
  readonly check: Check;
  readonly broken: readonly string[];
}[] = [
  {
    title: "links to files and headings that exist",
    check: deadLinks,
    broken: [
      "[x](missing.md)",
      "[x](LICENSE/no-folder)",
      "[x](../outside.md)",
      "[x](#missing)",
      "# Here\n\n[x](#Here)",
      "[x](docs/decisions.md#missing)",
      "[x][y]\n\n[y]: missing.md",
      "![x](docs/missing.svg)",
      '<a href="missing.md">x</a>',
    ],
  },
  {
    title: "has commands that exist, with flags that they take",
    check: unknownCommands,
    broken: [
      "`npm run deploy`",
      "`kubectl frob`",
      shell("npm run ci -- comment"),
      shell("npm run up --stack dev"),
      shell("npm run up -- dev"),
      shell("npm run up -- --sandbox"),
      shell("npm run preview -- --stack dev --expect-changes"),
      shell("npm run review -- upp pr-1"),
      shell("npm run cluster -- frob"),
      shell("npm run cluster -- kubectl frob"),
      shell("npm run toolchain -- uninstall"),
      shell("npm run secrets -- --stack dev --delete KEY"),
      shell("npm run pulumi -- stack frob"),
      shell("npm run test:unit -- --frob"),
      shell("npm ci && npm start"),
      shell("npm ci --frob"),
      shell('eval "$(npm run -s environment -- --stack dev)"'),
      shell("pulumi up --frob"),
      shell("kubectl get pods -A |\n  kubectl frob -f -"),
      shell("kubectl create job x \\\n  --of=cronjob/y"),
      shell("git frob"),
      shell("make all # with a comment"),
      `- ${shell("make all").replaceAll("\n", "\n  ")}`,
      `<!-- not run: -->\n\n${shell("make all")}`,
    ],
  },
  {
    title: "marks as not run only what cannot be checked",
    check: needlessMarks,
    broken: [`<!-- not run: it takes long -->\n\n${shell("npm test")}`],
  },
  {
    title: "marks shell as sh",
    check: unmarkedShell,
    broken: [`${fence}bash\nnpm run deploy\n${fence}`, `${fence}\nnpm run deploy\n${fence}`],
  },
  {
    title: "names what is in a file",
    check: misplacedNames,
    broken: ["`deployAll` in\n[`stack/deploy.ts`](stack/deploy.ts)"],
  },
  {
    title: "names nothing that no longer exists",
    check: outdatedWords,
    broken: [
      "the direct\u0020engine",
      "`--\u0065ngine pulumi`",
      "as the plan says",
      "`npm run ci`",
    ],
  },
  {
    title: "is one page, if it is the README",
    check: tooLong,
    broken: ["x\n".repeat(most.lines + 1), "x".repeat(most.bytes + 1)],
  },
];

describe("documents", () => {
  for (const { title, check, broken } of checks) {
    it(`each ${title}`, async () => {
      const found = documents.map(async (file) =>
        (await check(read(file), file)).map((problem) => `${file}, ${problem}`),
      );
      assert.deepEqual((await Promise.all(found)).flat(), []);
    });

    for (const text of broken) {
      it(`each ${title}, and a broken one is found: ${JSON.stringify(text).slice(0, 70)}`, async function () {
        if (missing.some((program) => text.includes(program))) this.skip();
        assert.equal((await check(text, "README.md")).length, 1);
      });
    }
  }

  it("may use aliases, flags before a command, substitutions and what follows --", async function () {
    if (missing.length > 0) this.skip();
    const text = shell(
      [
        "PULUMI_CONFIG_PASSPHRASE='a b' pulumi down --stack dev # a comment with `make`",
        "kubectl -n edi create job x --from=cronjob/y --dry-run=client -o yaml |",
        "  kubectl set env --local -f - A=B -o yaml | kubectl apply -f -",
        'kubectl -n edi exec deployment/web -- python --version "$(git rev-parse HEAD)"',
        "npm run -s review -- up pr-1 \\\n  --systems openms && npm run pulumi -- stack history > out",
      ].join("\n"),
    );
    assert.deepEqual(await unknownCommands(text), []);
  });

  it("may have shell that cannot be checked, if they say why", async () => {
    const text = `<!-- not run: it is another machine's -->\n\n${shell("make all")}`;
    assert.deepEqual(await unknownCommands(text), []);
  });

  it("are all found from the README in one step", async () => {
    const { links } = await readMarkdown(read("README.md"));
    const linked = links.map(({ text }) => text);
    const pages = documents.filter((file) => /^(CONTRIBUTING|docs\/|systems\/)/.test(file));
    assert.ok(pages.length >= 15);
    // Samples of a comment: the page about pull requests leads to them.
    const own = pages.filter((file) => !file.startsWith("docs/diff/"));
    assert.deepEqual(
      own.filter((file) => !linked.includes(file)),
      [],
    );
  });

  it("were checked against every program that they name", function () {
    if (missing.length === 0) return;
    console.log(
      `    skipped: the commands of ${missing.join(", ")}, which is neither installed nor built`,
    );
    this.skip();
  });
});
