export { buildsFolder, builtPath, ensureBuilt, isBuilt } from "./build";
export { isOlder } from "./go";
export * from "./programs";
export { run } from "./run";
