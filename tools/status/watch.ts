import { setTimeout as sleep } from "node:timers/promises";

/** Where a live view is drawn. */
export interface Screen {
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

/** What is to be seen at one moment. */
export interface View {
  readonly lines: readonly string[];
  /** Equal for views that say the same, whenever they were taken. */
  readonly key: string;
}

/** What a live view is made of. */
interface WatchArgs {
  readonly screen: Screen;
  /** Whether views are drawn over each other, as on a terminal. */
  readonly inPlace: boolean;
  readonly read: () => Promise<View>;
  /** Ends the view. */
  readonly signal: AbortSignal;
  readonly intervalMs: number;
}

const escape = "\u001b[";
const enter = `${escape}?1049h${escape}?25l`;
const leave = `${escape}?25h${escape}?1049l`;

/**
 * Shows what `read` gives, again and again until it is ended: in place, the last view staying behind,
 * or each view after the other, but for those that say the same.
 */
export async function watch(args: WatchArgs): Promise<void> {
  const { screen, inPlace, read, signal, intervalMs } = args;
  let shown: View | undefined;
  if (inPlace) screen.write(enter);
  try {
    while (!signal.aborted) {
      const view = await read();
      if (inPlace) screen.write(frame(view.lines, screen));
      else if (view.key !== shown?.key) screen.write(`${view.lines.join("\n")}\n`);
      shown = view;
      await sleep(intervalMs, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    if (inPlace) screen.write(`${leave}${(shown?.lines ?? []).join("\n")}\n`);
  }
}

/** Redraws from the top, clearing what stood there; what does not fit is cut. */
function frame(lines: readonly string[], { columns = 80, rows = 24 }: Screen): string {
  const left = lines.length - (rows - 1);
  const fitting = left > 0 ? [...lines.slice(0, rows - 2), `… ${left + 1} more lines`] : lines;
  const drawn = fitting.map((line) => `${line.slice(0, columns)}${escape}K`);
  return `${escape}H${drawn.join("\r\n")}${escape}J`;
}
