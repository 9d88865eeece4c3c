import assert from "node:assert/strict";
import { flawOf, generate, type SecretDeclaration } from "../../../config/secretDeclaration";
import { UserError } from "../../../lib/errors";
import { apiKey, django, redis } from "../../support/secrets";

describe("generate and flawOf", () => {
  const forms = {
    hex: /^[0-9a-f]{64}$/,
    base64: /^[\w+/]{43}=$/,
    alphanumeric: /^[A-Za-z0-9]{32}$/,
    password: /^(?=.*[A-Z])(?=.*[a-z])(?=.*[0-9])(?=.*[-_])[-\w]{32}$/,
  };
  const all = { ...forms, django: /^[a-z0-9!@#$%^&*(\-_=+)]{32}$/ };
  for (const [kind, form] of Object.entries(all)) {
    it(`makes ${kind} values that are fit and differ`, () => {
      const declaration = { ...redis, kind } as SecretDeclaration;
      const values = Array.from({ length: 200 }, () => generate(declaration));
      assert.equal(new Set(values).size, 200);
      for (const value of values) {
        assert.match(value, form);
        assert.equal(flawOf(declaration, value), undefined);
        assert.match(
          flawOf(declaration, value.slice(0, kind === "password" ? 7 : 20)) ?? "",
          /is shorter than/,
        );
      }
    });
  }

  it("uses the whole alphabet evenly", () => {
    const text = generate({ ...django, length: 100_000 });
    const counts = new Map<string, number>();
    for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    assert.equal(counts.size, 50);
    // 2000 expected with a deviation of 44; the bounds are seven deviations away.
    for (const count of counts.values()) assert.ok(count > 1690 && count < 2310, String(count));
  });

  it("does not make up a user's secret, nor call an empty one fit", () => {
    assert.throws(() => generate(apiKey), UserError);
    assert.equal(flawOf({ ...apiKey, length: 0 }, ""), "is empty");
  });

  it("takes any password that the administrator of a server chose", () => {
    const password: SecretDeclaration = { ...redis, kind: "password" };
    for (const value of ["Str0ng!Pass#2024", '"\\ $(x)ü']) {
      assert.equal(flawOf(password, value), undefined);
    }
    assert.equal(flawOf(password, "two\nlines-of-it"), "has more than one line");
  });

  it("reports the right form, not the wrong value", () => {
    const format = { pattern: /^mysql:\/\/\S+$/, example: "mysql://user:password@host/name" };
    const uri: SecretDeclaration = { ...apiKey, length: 1, format };
    assert.equal(flawOf(uri, "mysql://u:p@h/n"), undefined);
    const flaw = flawOf(uri, "canary://u:p@h/n") ?? "";
    assert.match(flaw, /^is not of the form mysql:\/\/user:password@host\/name/);
    assert.doesNotMatch(flaw, /canary/);
    assert.equal(flawOf(uri, ""), "is empty");
  });
});
