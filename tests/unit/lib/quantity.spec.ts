import assert from "node:assert/strict";
import { formatBytes, formatCpu, isQuantity, parseQuantity } from "../../../lib/quantity";

describe("quantities", () => {
  const rows: readonly (readonly [string, number])[] = [
    ["0", 0],
    ["2", 2],
    ["500m", 0.5],
    ["1.5", 1.5],
    ["1k", 1000],
    ["1M", 1e6],
    ["1G", 1e9],
    ["1T", 1e12],
    ["1Ki", 1024],
    ["512Mi", 536870912],
    ["1.5Gi", 1610612736],
    ["2Ti", 2199023255552],
    [".5", 0.5],
    ["+1", 1],
    ["-1", -1],
    ["1e3", 1000],
    ["1E-3", 0.001],
    ["5n", 5e-9],
    ["1Ei", 2 ** 60],
  ];
  for (const [text, value] of rows) {
    it(`reads ${text}`, () => {
      assert.ok(isQuantity(text));
      assert.equal(parseQuantity(text), value);
    });
  }
  for (const text of ["", "m", ".", "1 Gi", "1GB", "1gi", "1,5", "1e", "1Gi\n2", "NaN"]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.ok(!isQuantity(text));
      assert.throws(() => parseQuantity(text), RangeError);
    });
  }
  const cpus: readonly (readonly [number, string])[] = [
    [0, "0"],
    [1, "1"],
    [0.1, "100m"],
    [0.1 + 0.2, "300m"],
    [1.5, "1500m"],
  ];
  for (const [cores, text] of cpus) {
    it(`writes ${cores} cores as ${text}`, () => assert.equal(formatCpu(cores), text));
  }
  const bytes: readonly (readonly [number, string])[] = [
    [0, "0"],
    [1, "1"],
    [1024, "1Ki"],
    [1536 * 2 ** 20, "1536Mi"],
    [16 * 2 ** 30, "16Gi"],
    [2 ** 40, "1Ti"],
    [1e9, "976562500"],
  ];
  for (const [count, text] of bytes) {
    it(`writes ${count} bytes as ${text} or so`, () => {
      assert.equal(parseQuantity(formatBytes(count)), count);
      if (count !== 1e9) assert.equal(formatBytes(count), text);
    });
  }
});
