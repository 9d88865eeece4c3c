export { type BuildOptions, builtPath, ensureBuilt, isBuilt } from "./build";
export { isOlder } from "./go";
export * from "./programs";
export { type Ended, run } from "./run";
