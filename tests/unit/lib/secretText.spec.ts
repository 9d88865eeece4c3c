import assert from "node:assert/strict";
import {
  base64Encoded,
  goTemplate,
  hasPlaceholder,
  jsonEscaped,
  placeholder,
  secretKeys,
  uriEncoded,
  wholeSecret,
} from "../../../lib/secretText";
import { fillIn } from "../../support/goTemplate";

const password = placeholder("pass");

/** A text made from a secret, and the template for where the secret is not known. */
const shapes: readonly (readonly [string, (secret: string) => string, string])[] = [
  ["the secret itself", (it) => it, "{{ .pass }}"],
  ["a line of TOML", (it) => `password = "${it}"\n`, 'password = "{{ .pass }}"\n'],
  [
    "an address",
    (it) => `redis://:${uriEncoded(it)}@redis:6379/0`,
    'redis://:{{ .pass | urlquery | replace "+" "%20" }}@redis:6379/0',
  ],
  [
    "a log-in in base64",
    (it) => base64Encoded(`50%:${it}`),
    '{{ printf "50%%:%s" (.pass) | b64enc }}',
  ],
  [
    "JSON",
    (it) => `{"password":"${jsonEscaped(it)}"}`,
    '{"password":"{{ .pass | toJson | trimPrefix "\\"" | trimSuffix "\\"" }}"}',
  ],
  [
    "one within another",
    (it) => uriEncoded(base64Encoded(it)),
    '{{ .pass | b64enc | urlquery | replace "+" "%20" }}',
  ],
  ["braces that are meant", (it) => `{{ x }} ${it}`, '{{ "{{" }} x }} {{ .pass }}'],
];

describe("texts made from secrets", () => {
  for (const [title, make, template] of shapes) {
    it(`become a template: ${title}`, () => {
      assert.equal(goTemplate(make(password)), template);
      assert.deepEqual(secretKeys(make(password)), ["pass"]);
    });

    for (const value of ["plain123", 'a b+c"%@/é\\{{x}}', "%s%d\n"]) {
      it(`are the same wherever they are made: ${title} of ${JSON.stringify(value)}`, () => {
        const there = fillIn(goTemplate(make(password)), { pass: value });
        const here = make(value);
        // What Go percent-encodes and JavaScript does not means the same.
        assert.ok(there === here || decodeURIComponent(there) === decodeURIComponent(here), there);
      });
    }
  }

  it("name each secret once, however deep", () => {
    const text = `${password} ${uriEncoded(`${placeholder("user")}:${password}`)}`;
    assert.deepEqual(secretKeys(text), ["pass", "user"]);
    assert.deepEqual(secretKeys("none"), []);
  });

  it("are whole secrets only if nothing is added", () => {
    assert.equal(wholeSecret(password), "pass");
    for (const text of ["", "pass", `${password}\n`, uriEncoded(password), password + password]) {
      assert.equal(wholeSecret(text), undefined, text);
    }
  });

  it("survive JSON, but not a coding of which templates know nothing", () => {
    const stringified = JSON.stringify({ [password]: uriEncoded(password) });
    assert.deepEqual(secretKeys(stringified), ["pass"]);
    assert.ok(!hasPlaceholder(encodeURIComponent(password)));
    assert.ok(!hasPlaceholder(Buffer.from(password).toString("base64")));
  });
});
