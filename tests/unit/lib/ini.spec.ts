import assert from "node:assert/strict";
import { overlayIni } from "../../../lib/ini";

const text = `# About the file.

[first]
# About one.
one = 1
Two: 2
#three = 3

[second]
one = a
`;

describe("overlayIni", () => {
  it("changes nothing where nothing is laid over", () => assert.equal(overlayIni(text, {}), text));

  it("changes an option where it stands, whatever its case", () => {
    const changed = overlayIni(text, { first: { ONE: 5, two: true } });
    assert.equal(changed, text.replace("one = 1", "ONE = 5").replace("Two: 2", "two = true"));
  });

  it("keeps to the section", () => {
    assert.equal(overlayIni(text, { second: { one: "b" } }), text.replace("one = a", "one = b"));
  });

  it("adds options to their section, and takes no comment for one", () => {
    const added = overlayIni(text, { first: { three: "x", four: "" } });
    assert.equal(added, text.replace("#three = 3\n", "#three = 3\nthree = x\nfour =\n"));
  });

  it("adds sections at the end; their names have case", () => {
    const added = overlayIni(text, { First: { a: 1 }, empty: {} });
    assert.equal(added, `${text}\n[First]\na = 1\n\n[empty]\n`);
  });

  it("makes a file from nothing", () => {
    assert.equal(overlayIni("", { a: { b: "c" } }), "[a]\nb = c\n");
  });
});
