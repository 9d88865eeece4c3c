import assert from "node:assert/strict";
import { isSealed, seal, sealingKey } from "../../lib/seal";
import { byKubeseal, certificate, elliptic, unseal } from "../support/sealing";

const today = new Date("2026-12-01");
const key = () => sealingKey(certificate, today);

describe("seal", () => {
  it("opens what kubeseal has sealed, so that the tests' own controller is right", () => {
    assert.equal(unseal("lab", byKubeseal), 'sealed by kubeseal: ✓ "');
  });

  for (const text of ["a short one", 'two\nlines "✓"', "long".repeat(5000), ""]) {
    it(`is opened by the controller: ${text.length} characters`, () => {
      const sealed = seal(key(), "lab", text);
      assert.equal(unseal("lab", sealed), text);
      assert.ok(isSealed(sealed));
      assert.ok(text === "" || !sealed.includes(text));
    });
  }

  it("is for one namespace alone", () => {
    assert.throws(() => unseal("other", seal(key(), "lab", "x")), /oaep decoding error/i);
  });

  it("never seals alike", () => {
    assert.notEqual(seal(key(), "lab", "x"), seal(key(), "lab", "x"));
  });

  it("notices what was altered", () => {
    const bytes = Buffer.from(seal(key(), "lab", "text"), "base64");
    const last = bytes.length - 17;
    bytes.writeUInt8(bytes.readUInt8(last) ^ 1, last);
    assert.throws(() => unseal("lab", bytes.toString("base64")), /unable to authenticate data/);
  });

  it("refuses what is no certificate of a controller, or an old one", () => {
    assert.throws(
      () => sealingKey("", today),
      /sealingCertificate is not a PEM.*kubeseal --fetch-cert/,
    );
    assert.throws(() => sealingKey(elliptic, today), /RSA key/);
    assert.throws(() => sealingKey(certificate, new Date("2226-01-01")), /expired on/);
  });
});

describe("isSealed", () => {
  it("knows kubeseal's own values", () => assert.ok(isSealed(byKubeseal)));
  for (const text of [
    "",
    "secret",
    "v1:abc:def",
    "A".repeat(40),
    "0f".repeat(32),
    `${byKubeseal} `,
  ]) {
    it(`is not fooled by ${text.slice(0, 12)}…`, () => assert.ok(!isSealed(text)));
  }
});
