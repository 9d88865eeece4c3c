/** Where lines are drawn; on a terminal they are redrawn in place. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const redrawMs = 200;
const noticeMs = 15_000;
const escape = "\u001b[";

/**
 * Shows the progress of a run: on a terminal all lines in place, elsewhere a line every 15 seconds
 * about what is waited for, which keeps logs short.
 */
export class LiveLines {
  private drawn = 0;
  private readonly timer: NodeJS.Timeout;
  private readonly began = Date.now();

  constructor(
    private readonly screen: Screen,
    private readonly lines: () => readonly string[],
    private readonly waits: () => readonly string[],
  ) {
    const isTTY = screen.isTTY === true;
    this.timer = setInterval(
      () => (isTTY ? this.draw() : this.notice()),
      isTTY ? redrawMs : noticeMs,
    );
  }

  /** Stops; the last state stays on the screen. */
  end(): void {
    clearInterval(this.timer);
    this.erase();
    for (const line of this.lines()) this.screen.write(`${line}\n`);
  }

  private draw(): void {
    const seconds = Math.round((Date.now() - this.began) / 1000);
    const shown = [...this.lines(), `${String(seconds)} s`];
    this.erase();
    const { columns = 80 } = this.screen;
    this.screen.write(shown.map((line) => `${line.slice(0, columns - 1)}\n`).join(""));
    this.drawn = shown.length;
  }

  private erase(): void {
    if (this.drawn > 0) this.screen.write(`${escape}${String(this.drawn)}A${escape}J`);
    this.drawn = 0;
  }

  private notice(): void {
    const [first, ...others] = this.waits();
    if (first === undefined) return;
    const seconds = Math.round((Date.now() - this.began) / 1000);
    const more = others.length > 0 ? ` and ${String(others.length)} more` : "";
    this.screen.write(`waiting for ${first}${more} (${String(seconds)} s)\n`);
  }
}
