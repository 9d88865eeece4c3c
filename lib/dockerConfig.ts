import * as pulumi from "@pulumi/pulumi";
import { at, isJson } from "./objects";
import { base64Encoded, hasPlaceholder, jsonEscaped } from "./secretText";

/** A `config.json` with one login, as `docker login` writes it. The password may be a placeholder. */
export function loginConfig(server: string, username: string, password: string): string {
  const login = [
    `"username":${JSON.stringify(username)}`,
    `"password":"${jsonEscaped(password)}"`,
    `"auth":"${base64Encoded(`${username}:${password}`)}"`,
  ];
  return `{"auths":{${JSON.stringify(server)}:{${login.join(",")}}}}`;
}

/**
 * A `config.json`, unchanged. Checked here because the API server's refusal would print it. What only
 * the cluster knows, a placeholder or nothing, cannot be checked.
 * @throws pulumi.RunError if it is not a `config.json`.
 */
export function checkedConfig(text: string): string {
  if (text === "" || hasPlaceholder(text) || isConfig(text)) return text;
  throw new pulumi.RunError(
    "the registry's config.json is not a JSON object with `auths`; take the file that `docker login` writes, ~/.docker/config.json",
  );
}

function isConfig(text: string): boolean {
  try {
    return isJson(at(JSON.parse(text), "auths"));
  } catch {
    return false;
  }
}
