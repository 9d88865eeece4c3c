import { existsSync, readFileSync } from "node:fs";
import { Agent, type RequestOptions } from "node:https";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import { parse } from "yaml";
import { UserError } from "../lib/errors";
import { at, isJson, type Json, listAt, textAt } from "../lib/objects";

/** Where a cluster is and how to get in, as Pulumi's provider for Kubernetes takes it. */
export interface Access {
  /** A kubeconfig, or the path of one. @default - `KUBECONFIG`, or the user's own */
  readonly kubeconfig?: string | undefined;
  /** @default - the current one of the kubeconfig */
  readonly context?: string | undefined;
}

/** How to reach an API server, and as whom. */
export interface Connection {
  readonly server: string;
  /** The name of the user in the kubeconfig. */
  readonly user: string;
  /** Credentials, certificates and an agent for requests. */
  readonly options: () => Promise<RequestOptions>;
}

/** Reads a kubeconfig. @throws UserError if it lacks the context. */
export async function readKubeconfig(access: Access): Promise<Connection> {
  const { kubeconfig = process.env["KUBECONFIG"] ?? "", context } = access;
  return plainConnection(textOf(kubeconfig), context) ?? (await anyConnection(access));
}

/** The text of a kubeconfig that is given as that, or as a path. */
export const textOf = (kubeconfig: string): string =>
  existsSync(kubeconfig) ? readFileSync(kubeconfig, "utf8") : kubeconfig;

const plainCluster = ["server", "certificate-authority-data"];
const plainUser = ["client-certificate-data", "client-key-data", "token"];

/**
 * What a kubeconfig says by itself; undefined where a user's credentials come from a program, a file or a provider, and
 * where the server is behind a proxy. The official client knows them all, but takes a second to load, for its classes
 * of all kinds of Kubernetes: a seventh of an `up` that changes nothing.
 */
function plainConnection(text: string, asked: string | undefined): Connection | undefined {
  const config = parsed(text);
  const named = (list: string, name: string): Json | undefined =>
    listAt(config, list).find((each) => each["name"] === name);
  const name = asked ?? textAt(config, "current-context");
  const context = at(named("contexts", name), "context");
  const user = textAt(context, "user");
  const cluster = at(named("clusters", textAt(context, "cluster")), "cluster");
  const credentials = at(named("users", user), "user");
  if (!hasOnly(cluster, plainCluster) || !hasOnly(credentials, plainUser)) return undefined;
  const { server = "", "certificate-authority-data": ca } = cluster;
  if (!server.startsWith("https:")) return undefined;
  const { "client-certificate-data": cert, "client-key-data": key, token } = credentials;
  const secrets = {
    ...(ca !== undefined && { ca: Buffer.from(ca, "base64") }),
    ...(cert !== undefined && { cert: Buffer.from(cert, "base64") }),
    ...(key !== undefined && { key: Buffer.from(key, "base64") }),
  };
  const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  const options = { ...secrets, headers, agent: agentOf(secrets) };
  return { server, user, options: () => Promise.resolve(options) };
}

/** An agent that reads certificates once, and not for each of its connections. */
function agentOf(secrets: SecureContextOptions): Agent {
  try {
    return new Agent({ secureContext: createSecureContext(secrets) });
  } catch {
    // The first request says what is wrong with them.
    return new Agent(secrets);
  }
}

function parsed(text: string): unknown {
  try {
    return parse(text);
  } catch {
    // The official client says what is wrong.
    return undefined;
  }
}

/** Whether an object has texts only, and under no other keys. */
const hasOnly = <Key extends string>(
  value: unknown,
  keys: readonly Key[],
): value is Readonly<Partial<Record<Key, string>>> =>
  isJson(value) &&
  Object.entries(value).every(
    ([key, each]) => keys.includes(key as Key) && typeof each === "string" && each !== "",
  );

/** Reads any kubeconfig, by the official client. */
async function anyConnection({ kubeconfig, context }: Access): Promise<Connection> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  if (kubeconfig === undefined) config.loadFromDefault();
  else if (existsSync(kubeconfig)) config.loadFromFile(kubeconfig);
  else config.loadFromString(kubeconfig);
  if (context !== undefined) config.setCurrentContext(context);
  const cluster = config.getCurrentCluster();
  if (cluster !== null) {
    const options = async (): Promise<RequestOptions> => {
      const made: RequestOptions = {};
      await config.applyToHTTPSOptions(made);
      return made;
    };
    return { server: cluster.server, user: config.getCurrentUser()?.name ?? "", options };
  }
  const known = config.getContexts().map(({ name }) => name);
  const missing =
    context === undefined ? "no current context is set" : `context ${context} is missing`;
  throw new UserError(`${missing} in the kubeconfig; it has: ${known.join(", ") || "no contexts"}`);
}
