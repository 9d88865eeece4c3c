"use strict";
// Starts a command.
try {
  require("./loader.cjs");
} catch (error) {
  if (error.code !== "MODULE_NOT_FOUND") throw error;
  console.error("the packages of this project are not installed. Run: npm ci");
  process.exit(1);
}
require("./main.ts");
