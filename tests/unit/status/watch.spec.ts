import assert from "node:assert/strict";

import { type View, watch } from "../../../tools/status/watch";

/** Runs `watch` over some views and returns what was written. */
async function watched(inPlace: boolean, views: readonly View[]): Promise<string> {
  const ended = new AbortController();
  let [text, count] = ["", 0];
  await watch({
    screen: { columns: 12, rows: 4, write: (part: string) => (text += part) },
    inPlace,
    intervalMs: 1,
    signal: ended.signal,
    read: () => {
      const view = views[count];
      count += 1;
      if (count === views.length) ended.abort();
      assert.ok(view);
      return Promise.resolve(view);
    },
  });
  return text;
}

const view = (key: string, ...lines: readonly string[]): View => ({ key, lines });
const escape = String.fromCharCode(27);

describe("live status", () => {
  it("appends what is new where there is no terminal", async () => {
    const views = [
      view("a", "12:00", "web 0"),
      view("a", "12:01", "web 0"),
      view("b", "12:02", "web 1"),
    ];
    assert.equal(await watched(false, views), "12:00\nweb 0\n12:02\nweb 1\n");
  });

  it("redraws in place on a terminal, and leaves the last view behind", async () => {
    const text = await watched(true, [view("a", "one"), view("b", "two")]);
    const [enter, leave] = [`${escape}[?1049h${escape}[?25l`, `${escape}[?25h${escape}[?1049l`];
    const drawn = (line: string): string => `${escape}[H${line}${escape}[K${escape}[J`;
    assert.equal(text, `${enter}${drawn("one")}${drawn("two")}${leave}two\n`);
  });

  it("cuts what does not fit on the terminal", async () => {
    const text = await watched(true, [view("a", "a line that is long", "2", "3", "4", "5")]);
    const [first] = text.split(`${escape}[J`);
    assert.match(first ?? "", /a line that .*\r\n2.*\r\n… 3 more lin/s);
    assert.ok(!first?.includes("is long"));
    assert.ok(text.endsWith("a line that is long\n2\n3\n4\n5\n"));
  });
});
