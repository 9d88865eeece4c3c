import assert from "node:assert/strict";
import { explained, isForPeople, UserError, withExplanation, withoutTrace } from "../../lib/errors";
import { diffRevision } from "../../tools/diff";
import { runEntry } from "../../tools/project/entry";
import { inProcess } from "../support/inProcess";
import { Repository } from "../support/repository";

const frame = /^\s+at .*:\d+/m;
const bug = /internal error: RangeError: boom\nThis is a bug: please report it/;

/** Each command but diff, which asks git for its folder, with what it needs to reach the project's folder. */
const commands: readonly (readonly string[])[] = [
  ["up"],
  ["refresh"],
  ["preview"],
  ["down"],
  ["pulumi", "version"],
  ["env"],
  ["toolchain", "status"],
  ["runbook", "openms"],
  ["review", "list"],
  ["status"],
  ["graph"],
  ["render", "--out", "out"],
  ["cluster", "status"],
  ["secrets", "--stack", "dev", "--check"],
  ["docs"],
];

describe("no stack trace reaches a user", function () {
  this.timeout(120_000);

  for (const argv of commands) {
    it(`from npm run ${argv.join(" ")}`, async () => {
      // No path, which nobody expects: whatever touches it throws.
      const root = Symbol("boom") as unknown as string;
      const { code, output } = await inProcess(argv, root, { PATH: "" });
      assert.equal(code, 1, output);
      assert.match(output, /internal error: TypeError: .*\n(.*\n)*This is a bug/);
      assert.doesNotMatch(output, frame);
    });
  }

  describe("from a program with a bug", () => {
    let copy: Repository;
    before(() => {
      copy = new Repository(["openms"]);
      const text = 'throw new RangeError("boom");\n  const { parsed, problems } = parseStack({';
      const broken = (now: string) =>
        now.replace("const { parsed, problems } = parseStack({", text);
      copy.edit("stack/load.ts", broken);
    });
    after(() => copy.remove());

    it("run by Pulumi: it gets an error that it prints without one", () => {
      assert.throws(
        () => runEntry(copy.root),
        (error: Error) =>
          isForPeople(error) && bug.test(error.message) && !frame.test(error.message),
      );
    });

    for (const argv of [["render", "--out", "out"], ["graph"], ["diff", "--base", "base"]]) {
      it(`run offline by npm run ${argv.join(" ")}`, async () => {
        const { code, output } = await inProcess(argv, copy.root, process.env);
        assert.equal(code, 1);
        assert.match(output, bug);
        assert.doesNotMatch(output, frame);
      });
    }

    it("of another revision, in the process of its own that compares it", async () => {
      copy.commit();
      const compared = { root: copy.root, base: "HEAD", stack: "dev", allowed: [] };
      await assert.rejects(
        diffRevision(compared),
        ({ message }: Error) => bug.test(message) && !frame.test(message),
      );
    });
  });
});

describe("an error, explained", () => {
  it("is its message alone if it is for people", () => {
    assert.equal(explained(new UserError("what to do")), "what to do");
  });

  it("names what was thrown that is no error", () => {
    assert.match(explained("boom"), /^internal error: thrown: boom\n/);
  });

  it("loses the trace that others put into its message, and nothing else", () => {
    const lines = [
      "Error: boom",
      "    at f (/a/b.ts:1:2)",
      "    at async /a/c.js:10:20",
      "  at home",
    ];
    assert.equal(withoutTrace(lines.join("\n")), "Error: boom\n  at home");
    assert.match(
      explained(new Error(lines.join("\n"))),
      /^internal error: Error: Error: boom\n {2}at home\nThis/,
    );
  });

  it("keeps an error that Pulumi prints without a trace", () => {
    const known = new UserError("known");
    assert.throws(
      () =>
        withExplanation(() => {
          throw known;
        }),
      (error) => error === known,
    );
  });
});
