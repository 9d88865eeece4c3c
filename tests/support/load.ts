import { get } from "node:http";

/** What came back while a load was on. */
export interface Answers {
  readonly count: number;
  /** Each that was not a 200: when it was sent, and its status, or why there was none. */
  readonly failed: readonly string[];
}

/** Sends requests at a steady rate until it is told to stop, each on a connection of its own. */
export class Load {
  private readonly pending = new Set<Promise<void>>();
  private readonly failed: string[] = [];
  private count = 0;
  private readonly timer: NodeJS.Timeout;

  /**
   * @param url - Where it is reached.
   * @param host - The host that it asks for.
   */
  constructor(
    private readonly url: URL,
    private readonly host: string,
    perSecond = 20,
  ) {
    this.timer = setInterval(() => this.send(), 1000 / perSecond);
  }

  /** Stops, and waits for the last answer. */
  async stop(): Promise<Answers> {
    clearInterval(this.timer);
    await Promise.all(this.pending);
    return { count: this.count, failed: this.failed };
  }

  private send(): void {
    const time = new Date().toISOString();
    const sent = this.answer().then((status) => {
      this.pending.delete(sent);
      this.count += 1;
      if (status !== "200") this.failed.push(`${time} ${status}`);
    });
    this.pending.add(sent);
  }

  private answer(): Promise<string> {
    return new Promise((resolve) => {
      const options = { agent: false, headers: { host: this.host }, timeout: 30_000 };
      const request = get(this.url, options, (response) => {
        response.resume();
        response.on("end", () => resolve(String(response.statusCode)));
        response.on("error", (error) => resolve(error.message));
      });
      request.on("timeout", () => request.destroy(new Error("no answer within 30 s")));
      request.on("error", (error) => resolve(error.message));
    });
  }
}
