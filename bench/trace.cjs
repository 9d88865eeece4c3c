"use strict";
// Loaded before a command by `NODE_OPTIONS=--require`: has Pulumi's CLI write the trace of each call as a file
// of its own into the folder BENCH_TRACES. The Automation API has no option for such traces.
const childProcess = require("node:child_process");
const { basename, join } = require("node:path");

const { BENCH_TRACES: folder } = process.env;
const { spawn } = childProcess;
let calls = 0;

childProcess.spawn = (program, argv, ...rest) => {
  const isPulumi = basename(program) === "pulumi" && folder !== undefined;
  if (!isPulumi) return spawn(program, argv, ...rest);
  calls += 1;
  const file = join(folder, `${process.pid}-${calls}.json`);
  return spawn(program, [...argv, `--otel-traces=file://${file}`], ...rest);
};
