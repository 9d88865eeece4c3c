export { type BuildOptions, buildsFolder, builtPath, ensureBuilt, isBuilt } from "./build";
export { isOlder } from "./go";
export { onPath } from "./path";
export * from "./programs";
export { must, run } from "./run";
