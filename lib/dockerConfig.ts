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
 * A `config.json`, unchanged. Checked here because the API server's refusal would print it, and because
 * a node drops the whole file for one entry that it cannot read. What only the cluster knows, a
 * placeholder or nothing, cannot be checked.
 * @throws pulumi.RunError with all that is wrong; it shows no login.
 */
export function checkedConfig(text: string): string {
  const problems = text === "" || hasPlaceholder(text) ? [] : problemsIn(text);
  if (problems.length === 0) return text;
  throw new pulumi.RunError(`the registry's config.json ${problems.join("; ")}`);
}

const write = "write its user name and password, or a token in place of the password";

function problemsIn(text: string): readonly string[] {
  const config = parsed(text);
  const auths = at(config, "auths");
  if (!isJson(auths)) {
    return [
      "is not a JSON object with `auths`; take the file that `docker login` writes, ~/.docker/config.json",
    ];
  }
  const entries = Object.entries(auths).flatMap(([server, entry]) => {
    const flaw = flawOf(entry);
    return flaw === undefined ? [] : [`has for ${server} ${flaw}; ${write}`];
  });
  const helpers = at(config, "credHelpers");
  if (!isJson(helpers) || Object.keys(helpers).length === 0) return entries;
  const of = Object.keys(helpers).join(", ");
  return [...entries, `has credHelpers for ${of}, programs that nodes do not run; ${write}`];
}

/** What a node does not understand: https://kubernetes.io/docs/concepts/containers/images/#config-json */
function flawOf(entry: unknown): string | undefined {
  if (!isJson(entry)) return "no JSON object";
  const { auth, username, password, identitytoken } = entry;
  if (identitytoken !== undefined && identitytoken !== "") {
    return "an identitytoken, which nodes do not read";
  }
  if (auth !== undefined && auth !== "") {
    if (isLogin(auth)) return undefined;
    return "an `auth` that is not USER:PASSWORD in base64";
  }
  if (isText(username) && isText(password)) return undefined;
  return "no login, as where `docker login` uses a credsStore";
}

const isText = (value: unknown): boolean => typeof value === "string" && value !== "";

const isLogin = (auth: unknown): boolean =>
  typeof auth === "string" &&
  /^[A-Za-z0-9+/]+={0,2}$/.test(auth) &&
  /^[^:]+:[^]/.test(Buffer.from(auth, "base64").toString());

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
