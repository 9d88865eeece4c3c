"use strict";
const Module = require("node:module");
const { dirname, join } = require("node:path");

const { enableCompileCache } = Module;

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

// @pulumi/pulumi loads these to serialize functions, which nothing here does: half of the time that it takes to load.
loadWhenUsed("@npmcli/arborist", { __esModule: true });
loadWhenUsed("typescript", {});

/** Stands for a module until it is asked for more than is known of it. */
function loadWhenUsed(name, known) {
  const file = require.resolve(name, { paths: [dirname(require.resolve("@pulumi/pulumi"))] });
  let real;
  const load = () => {
    if (real === undefined) {
      delete require.cache[file];
      real = require(file);
    }
    return real;
  };
  const get = (_, key) => (key in known ? known : load())[key];
  const exports = new Proxy(known, { get });
  require.cache[file] = Object.assign(new Module(file), { loaded: true, exports });
}
