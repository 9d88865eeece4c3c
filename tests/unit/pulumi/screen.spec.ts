import assert from "node:assert/strict";
import { mock } from "node:test";
import { LiveLines } from "../../../tools/pulumi/screen";

const erased = (lines: number): string => `\u001b[${String(lines)}A\u001b[J`;

describe("the lines of a run on a screen", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setInterval", "Date"] }));
  afterEach(() => mock.timers.reset());

  /** A screen that keeps what is written to it, and lines that a test may change. */
  function shown(screen: { isTTY: boolean; columns?: number }) {
    const state = { lines: ["bots  ready"], waits: [] as string[] };
    let text = "";
    const live = new LiveLines(
      { ...screen, write: (more) => (text += more) },
      () => state.lines,
      () => state.waits,
    );
    /** What was written since it was last asked for. */
    const written = (): string => {
      const found = text;
      text = "";
      return found;
    };
    return { state, live, written };
  }

  it("are redrawn on a terminal, five times a second", () => {
    const { state, live, written } = shown({ isTTY: true, columns: 80 });
    mock.timers.tick(199);
    assert.equal(written(), "");
    mock.timers.tick(1);
    assert.equal(written(), "bots  ready\n0 s\n");
    state.lines = ["bots  1 created", "shop  ready"];
    mock.timers.tick(200);
    assert.equal(written(), `${erased(2)}bots  1 created\nshop  ready\n0 s\n`);
    mock.timers.tick(600);
    assert.ok(written().endsWith(`${erased(3)}bots  1 created\nshop  ready\n1 s\n`));
    live.end();
    assert.equal(written(), `${erased(3)}bots  1 created\nshop  ready\n`);
    mock.timers.tick(60_000);
    assert.equal(written(), "");
  });

  it("are cut at the terminal's width, so that redrawing erases all of them", () => {
    const { state, live, written } = shown({ isTTY: true, columns: 10 });
    state.lines = ["bots  waiting for Deployment web"];
    mock.timers.tick(200);
    assert.equal(written(), "bots  wai\n0 s\n");
    live.end();
    assert.equal(written(), `${erased(2)}bots  waiting for Deployment web\n`);
  });

  it("are printed elsewhere at the end, with an occasional line about what is waited for", () => {
    const { state, live, written } = shown({ isTTY: false });
    mock.timers.tick(15_000);
    assert.equal(written(), "");
    state.waits = ["Job load", "Deployment web", "Service web"];
    mock.timers.tick(15_000);
    assert.equal(written(), "waiting for Job load and 2 more (30 s)\n");
    state.waits = ["Job load"];
    mock.timers.tick(15_000);
    assert.equal(written(), "waiting for Job load (45 s)\n");
    live.end();
    assert.equal(written(), "bots  ready\n");
    mock.timers.tick(60_000);
    assert.equal(written(), "");
  });
});
