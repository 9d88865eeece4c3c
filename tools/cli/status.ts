import { Cluster } from "../../cluster";
import { messageOf } from "../../lib/errors";
import { requireStack } from "../project/stackConfig";
import { readStatus } from "../status/read";
import { statusLines } from "../status/text";
import { readWants } from "../status/wants";
import { type View, watch } from "../status/watch";
import { readFlags } from "./arguments";
import { chooseTarget, readTarget } from "../cluster/target";

const watchMs = 2000;

/** `npm run status`: what is wanted, what is there, what is not ready and why. Exit code 0 if all is ready. */
export async function status(argv: readonly string[], root: string): Promise<number> {
  const {
    stack = "dev",
    context,
    json = false,
    watch: watched = false,
  } = readFlags("status", argv, {
    stack: { type: "string" },
    context: { type: "string" },
    json: { type: "boolean" },
    watch: { type: "boolean" },
  });
  requireStack(root, stack);
  // Standard output is the status alone.
  const target = await chooseTarget(root, stack, context, (line) => console.error(line));
  const cluster = await Cluster.connect(readTarget(target), target.context);
  const wants = await readWants(root, stack);
  let ready = false;
  const read = async (): Promise<View> => {
    const found = await readStatus({ stack, cluster, wants });
    ({ ready } = found);
    const key = JSON.stringify({ ...found, time: "" });
    if (!json) return { key, lines: statusLines(found) };
    return { key, lines: [watched ? JSON.stringify(found) : JSON.stringify(found, null, 2)] };
  };
  if (!watched) {
    for (const line of (await read()).lines) console.log(line);
    return ready ? 0 : 1;
  }
  const ended = new AbortController();
  process.once("SIGINT", () => ended.abort());
  const { stdout: screen } = process;
  await watch({
    screen,
    inPlace: screen.isTTY && !json,
    // The API server may be unreachable for a while: show that and go on.
    read: () =>
      read().catch((error: unknown) => {
        ready = false;
        const message = messageOf(error);
        return { key: message, lines: [json ? JSON.stringify({ error: message }) : message] };
      }),
    signal: ended.signal,
    intervalMs: watchMs,
  });
  return ready ? 0 : 1;
}
