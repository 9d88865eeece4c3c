import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

/** What a fake server keeps: comments and issues as its API has them. */
export interface Kept {
  [field: string]: unknown;
}

/** A server on loopback that answers as GitHub and GitLab do, as far as this project asks them. */
export class FakeForge {
  readonly comments: Kept[] = [];
  readonly issues: Kept[] = [];
  /** Every request: method, path, and the token it came with. */
  readonly requests: string[] = [];
  /** Answers all that would change something with this status. */
  refuseWith: number | undefined;
  private last = 1000;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<FakeForge> {
    const server = createServer();
    const forge = new FakeForge(server);
    server.on("request", (request, response) => {
      void (async () => {
        const { method = "", headers } = request;
        const url = new URL(request.url ?? "/", "http://localhost");
        const token = String(headers["private-token"] ?? headers.authorization ?? "");
        forge.requests.push(`${method} ${url.pathname} ${token}`);
        const body = method === "GET" ? {} : ((await json(request)) as Kept);
        const [status, answer] = forge.answer(method, url, body);
        response.writeHead(status, { "Content-Type": "application/json" });
        response.end(JSON.stringify(answer));
      })();
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    return forge;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): Promise<void> {
    return new Promise((closed) => this.server.close(() => closed()));
  }

  private answer(method: string, { pathname, searchParams }: URL, body: Kept): [number, unknown] {
    const isComment = /comments|notes/.test(pathname);
    const kept = isComment ? this.comments : this.issues;
    if (method === "GET") {
      const [page, size] = ["page", "per_page"].map((name) => Number(searchParams.get(name)));
      const from = ((page ?? 1) - 1) * (size ?? 30);
      const state = searchParams.get("state");
      const labels = searchParams.get("labels");
      const listed = kept.filter(
        (each) =>
          (state === null || each["state"] === undefined || each["state"] === state) &&
          (labels === null || String(each["labels"]).includes(labels)),
      );
      return [200, listed.slice(from, from + (size ?? 30))];
    }
    if (this.refuseWith !== undefined) return [this.refuseWith, { message: "not accessible" }];
    if (method === "POST") {
      const id = (this.last += 1);
      const open = pathname.startsWith("/repos") ? "open" : "opened";
      kept.push({ id, number: id, iid: id, ...(!isComment && { state: open }), ...body });
      return [201, kept.at(-1)];
    }
    const id = Number(pathname.split("/").at(-1));
    const found = kept.find((each) => each["id"] === id);
    if (found === undefined) return [404, { message: "Not Found" }];
    Object.assign(found, body, body["state_event"] === "close" ? { state: "closed" } : {});
    return [200, found];
  }
}
