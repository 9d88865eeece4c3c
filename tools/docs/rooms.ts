import type { IFormatOptions } from "dependency-cruiser" with { "resolution-mode": "import" };

const program = [
  "index.ts",
  "stack",
  "systems",
  "components",
  "config",
  "cluster",
  "policies",
  "lib",
];

/** Which folders each picture shows as rooms. `cli` is left out: it has an arrow to nearly every tool. */
const pictures: readonly IFormatOptions[] = [
  { includeOnly: `^(${[...program, "tools"].join("|")})`, collapse: "^[^/]+" },
  { includeOnly: "^tools/", exclude: "^tools/cli/", collapse: "^tools/[^/]+" },
];

/** The rooms of the program, then those of `tools/`, with an arrow for each import: Mermaid pictures. */
export async function roomPictures(root: string): Promise<string> {
  const { cruise, format } = await import("dependency-cruiser");
  const { output } = await cruise([...program, "tools"], {
    baseDir: root,
    tsPreCompilationDeps: true,
    doNotFollow: "node_modules",
    reporterOptions: { mermaid: { minify: false } },
  });
  if (typeof output === "string") throw new TypeError(`no imports to draw: ${output}`);
  const drawn = pictures.map(async (options) => {
    const { output: mermaid } = await format(output, { ...options, outputType: "mermaid" });
    return `\`\`\`mermaid\n${sorted(mermaid as string)}\n\`\`\``;
  });
  return (await Promise.all(drawn)).join("\n\n");
}

/** Arrows by name, not in the order of imports, which means nothing. */
function sorted(mermaid: string): string {
  const lines = mermaid.trim().split("\n");
  const isArrow = (line: string): boolean => line.includes("-->");
  return [...lines.filter((line) => !isArrow(line)), ...lines.filter(isArrow).sort()].join("\n");
}
