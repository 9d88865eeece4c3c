"use strict";
const { enableCompileCache } = require("node:module");
const { join } = require("node:path");

// Lets Node run our files. tsx is for them alone, which are all TypeScript; it would read every file of
// the packages too, and its source map. `NODE_OPTIONS=--enable-source-maps` shows our lines in a stack trace.
const state = process.env.STACKBERTH_HOME || join(__dirname, "..", "..", ".stackberth");
// Node 20 has none.
enableCompileCache?.(join(state, "compile-cache"));
const loadPackage = require.extensions[".js"];
const { sourceMapsEnabled = false } = process;
require("tsx/cjs");
require.extensions[".js"] = loadPackage;
process.setSourceMapsEnabled(sourceMapsEnabled);
