"use strict";
// Starts a command.
require("./loader.cjs");
require("./main.ts");
