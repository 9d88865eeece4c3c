/** The rooms, from the bottom up, each with those above it. Imports run down only (docs/architecture.md). */
const above = {
  lib: ["config", "cluster", "components", "systems", "stack", "policies", "tools"],
  config: ["cluster", "components", "systems", "stack", "policies", "tools"],
  cluster: ["config", "components", "systems", "stack", "policies", "tools"],
  components: ["config", "cluster", "systems", "stack", "policies", "tools"],
  systems: ["cluster", "stack", "policies", "tools"],
  stack: ["policies", "tools"],
  policies: ["config", "cluster", "components", "systems", "stack", "tools"],
};

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    {
      name: "no-circle",
      comment: "merge two files that need each other, or move what both need to a third",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-circle-of-rooms",
      comment: "move what two rooms need of each other to the lower one",
      severity: "error",
      scope: "folder",
      from: { path: "^(tools/)?[^/]+$" },
      to: { circular: true },
    },
    ...Object.entries(above).map(([room, rooms]) => ({
      name: `${room}-knows-only-what-is-below`,
      severity: "error",
      from: { path: `^${room}/` },
      to: { path: `^(index\\.ts|bench/|tests/|${rooms.map((each) => `${each}/`).join("|")})` },
    })),
    {
      name: "tools-are-not-tests",
      severity: "error",
      from: { path: "^(index\\.ts|tools/)" },
      to: { path: "^(bench|tests)/" },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(node_modules|\\.stackberth)/" },
  },
};
