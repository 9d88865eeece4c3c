import type { Results } from "./results";
import { median, steps, wayNames } from "./steps";

/*
 * A bar chart in SVG, by hand: a plotting package draws in a browser's document, which Node has not, and would be
 * more to install than the rest of the benchmark.
 */

const bar = { height: 14, gap: 3 };
const margin = { left: 230, right: 70, top: 40 };
const width = 900;
const colours = ["#1b6ca8", "#c8553d", "#588b8b", "#8f7a3e", "#7b5ea7", "#9a9a9a"];

/** The medians as horizontal bars, a group for each step. */
export function barChart({ seconds, stackLike, objects, processors }: Results): string {
  const rows = steps.flatMap((step) =>
    wayNames.flatMap((way, index) => {
      const all = seconds[step]?.[way];
      if (all === undefined) return [];
      return [{ step, way, seconds: median(all), colour: colours[index] ?? "" }];
    }),
  );
  const longest = Math.max(...rows.map((row) => row.seconds));
  const scale = (width - margin.left - margin.right) / longest;
  let y = margin.top;
  const shapes = rows.map((row, index) => {
    const isFirst = row.step !== rows[index - 1]?.step;
    y += bar.height + (isFirst ? 4 : 1) * bar.gap;
    const base = y + bar.height - bar.gap;
    const length = row.seconds * scale;
    return [
      isFirst ? text(10, base, row.step, "start", "bold") : "",
      text(margin.left - 8, base, row.way, "end"),
      `<rect x="${margin.left}" y="${y}" width="${length.toFixed(1)}" height="${bar.height}" fill="${row.colour}"/>`,
      text(margin.left + length + 6, base, `${row.seconds.toFixed(1)} s`, "start"),
    ].join("");
  });
  const height = y + 2 * bar.height;
  const title = `A stack like ${stackLike}: ${objects} objects, ${processors} processors; medians`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    text(10, 22, title, "start", "bold"),
    ...shapes,
    "</svg>\n",
  ].join("\n");
}

const text = (x: number, y: number, words: string, anchor: string, weight = "normal"): string =>
  `<text x="${x.toFixed(1)}" y="${y}" text-anchor="${anchor}" font-weight="${weight}">${words}</text>`;
