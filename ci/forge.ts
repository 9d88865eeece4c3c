/** A comment or an issue. */
export interface Note {
  readonly id: number;
  readonly body: string;
}

/** Comments of one pull request, or issues of one repository. */
export interface Thread {
  /** What may be edited, the oldest first. */
  list(): Promise<readonly Note[]>;
  add(title: string, body: string): Promise<void>;
  edit(id: number, body: string): Promise<void>;
  /** Ends an issue; comments stay. */
  close(id: number): Promise<void>;
}

/** Where a project's people talk about its changes. */
export interface Forge {
  /** Comments of the pull request that this run is about; undefined where it is about none. */
  readonly comments: Thread | undefined;
  /** Open issues that this project's runs have opened. */
  readonly issues: Thread;
}

/** The label of issues that runs open. */
export const issueLabel = "stackberth";

/** An answer that says no. */
export class ForgeError extends Error {
  override readonly name = "ForgeUserError";

  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** A JSON API: its address and the headers by which it knows us. */
export interface Api {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

type Method = "GET" | "POST" | "PATCH" | "PUT";

/** Sends a request. @throws ForgeError if the answer says no. */
export async function send(
  { url, headers }: Api,
  method: Method,
  path: string,
  body?: object,
): Promise<unknown> {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { Accept: "application/json", "Content-Type": "application/json", ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (answer.ok) return text === "" ? undefined : (JSON.parse(text) as unknown);
  throw new ForgeError(
    answer.status,
    `${method} ${url}${path} was answered ${answer.status}: ${text.slice(0, 300)}`,
  );
}

const pageSize = 100;

/** Every item of a list, page by page. @param path - With or without a query. */
export async function sendForAll(api: Api, path: string): Promise<readonly object[]> {
  const found: object[] = [];
  for (let page = 1; ; page += 1) {
    const query = `${path.includes("?") ? "&" : "?"}per_page=${pageSize}&page=${page}`;
    const items = (await send(api, "GET", `${path}${query}`)) as readonly object[];
    found.push(...items);
    if (items.length < pageSize) return found;
  }
}
