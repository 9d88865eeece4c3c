import * as pulumi from "@pulumi/pulumi";

/** A `config.json` with one login, as `docker login` would write it. */
export function loginConfig(server: string, username: string, password: string): string {
  const auth = Buffer.from(`${username}:${password}`).toString("base64");
  return JSON.stringify({ auths: { [server]: { username, password, auth } } });
}

/**
 * A `config.json`, unchanged. The API server would refuse a wrong one with a message that shows it.
 * An empty one is nobody's mistake: somebody else keeps the Secret.
 * @throws pulumi.RunError if it is none.
 */
export function checkedConfig(text: string): string {
  if (text === "" || isConfig(text)) return text;
  throw new pulumi.RunError(
    'the registry\'s config.json is no JSON with "auths", as `docker login` writes it to ~/.docker/config.json',
  );
}

function isConfig(text: string): boolean {
  try {
    const config: unknown = JSON.parse(text);
    return typeof config === "object" && config !== null && "auths" in config;
  } catch {
    return false;
  }
}
