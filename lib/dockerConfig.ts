import * as pulumi from "@pulumi/pulumi";
import { base64Encoded, hasPlaceholder, jsonEscaped } from "./secretText";

/** A `config.json` with one login, as `docker login` would write it; the password may be a placeholder. */
export function loginConfig(server: string, username: string, password: string): string {
  const login = [
    `"username":${JSON.stringify(username)}`,
    `"password":"${jsonEscaped(password)}"`,
    `"auth":"${base64Encoded(`${username}:${password}`)}"`,
  ];
  return `{"auths":{${JSON.stringify(server)}:{${login.join(",")}}}}`;
}

/**
 * A `config.json`, unchanged. The API server would refuse a wrong one with a message that shows it. One
 * that only the cluster knows, a placeholder or nothing, cannot be looked at.
 * @throws pulumi.RunError if it is none.
 */
export function checkedConfig(text: string): string {
  if (text === "" || hasPlaceholder(text) || isConfig(text)) return text;
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
