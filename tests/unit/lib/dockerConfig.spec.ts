import assert from "node:assert/strict";
import { checkedConfig, loginConfig } from "../../../lib/dockerConfig";

describe("dockerConfig", () => {
  it("leaves a config.json as it is, its own among them", () => {
    for (const text of [
      '{"auths":{}}',
      '{\n"auths": {"a": {"auth": "dXNlcjpwYXNz"}}, "x": 1, "credsStore": "desktop"}\n',
      '{"auths":{"a":{"auth":"dTpwYXNzOndvcmQ="},"b":{"username":"u","password":"p","email":"e"}}}',
      '{"auths":{"a":{"auth":"","username":"u","password":"p"}},"credHelpers":{}}',
      "",
      "<<secret:key>>",
      loginConfig("a", "b", "c"),
    ]) {
      assert.equal(checkedConfig(text), text);
    }
  });

  for (const text of ["secret-password", "{", "[]", "null", '{"auth":"x"}', '"auths"']) {
    it(`refuses ${text} without showing it`, () => {
      assert.throws(
        () => checkedConfig(text),
        (error: Error) =>
          /not a JSON object with `auths`/.test(error.message) &&
          !error.message.includes("secret-p"),
      );
    });
  }

  const login = { username: "u", password: "secret-p" };
  const unread: readonly (readonly [title: string, config: object, why: RegExp])[] = [
    ["a login elsewhere", { auths: { a: {} }, credsStore: "x" }, /for a no login, as .*credsStore/],
    ["a user without a password", { auths: { a: { username: "u" } } }, /for a no login/],
    ["an entry that is a text", { auths: { a: "secret-p" } }, /for a no JSON object/],
    [
      "an identity token",
      { auths: { a: { auth: "dTo=", identitytoken: "secret-p" } } },
      /for a an identitytoken, which nodes do not read; write its user name and password/,
    ],
    ["an auth in clear", { auths: { a: { auth: "u:secret-p" } } }, /`auth` that is not USER:/],
    ["an auth without a user", { auths: { a: { auth: "OnNlY3JldC1w" } } }, /not USER:PASSWORD/],
    ["an auth without a password", { auths: { a: { auth: "dTo=" } } }, /not USER:PASSWORD/],
    [
      "a credential helper",
      { auths: { a: login }, credHelpers: { b: "ecr-login" } },
      /credHelpers for b, programs that nodes do not run/,
    ],
    ["two faults", { auths: { a: {}, b: {}, c: login } }, /for a no login.*; has for b no login/],
  ];
  for (const [title, config, why] of unread) {
    it(`refuses ${title}, which a node would not read, without showing it`, () => {
      assert.throws(
        () => checkedConfig(JSON.stringify(config)),
        ({ message }: Error) => why.test(message) && !message.includes("secret-p"),
      );
    });
  }
});
