import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { seal, sealingKey } from "../../../lib/seal";
import { diffRevision } from "../../../tools/diff";
import { asText } from "../../../tools/diff/text";
import { render } from "../../../tools/render";
import { Repository } from "../../support/repository";
import { certificate } from "../../support/sealing";
import { parse } from "../../support/stackConfig";

const sealed = seal(sealingKey(certificate, new Date("2026-12-01")), "maps", "canary");

/** A stack whose secrets are sealed, but for the two optional ones. */
const values: Readonly<Record<string, unknown>> = {
  environment: "staging",
  systems: ["maps"],
  secretsMode: "sealed",
  sealingCertificate: certificate,
  maps: {
    namespace: "maps",
    backend: { image: "registry.example.org/b:1" },
    runner: { image: "registry.example.org/r:1" },
  },
  mapsJwtSecret: sealed,
  mapsAdminPassword: sealed,
};

describe("a stack with sealed secrets", function () {
  this.timeout(120_000);
  let copy: Repository;
  const write = (changes: Readonly<Record<string, unknown>>): void => {
    const config = Object.entries({ ...values, ...changes }).filter(([, it]) => it !== undefined);
    const named = config.map(([key, value]) => [`stackberth:${key}`, value]);
    const text = stringify({ config: Object.fromEntries(named) as object });
    writeFileSync(join(copy.root, "Pulumi.sealed.yaml"), text);
  };
  const rendered = async (secrets: "omit" | "sealed"): Promise<string> => {
    const lines: string[] = [];
    const out = join(copy.root, "out", secrets);
    const line = (text: string): number => lines.push(text);
    await render({ root: copy.root, stack: "sealed", out, secrets, line });
    return lines.join("\n");
  };
  const compared = async (): Promise<string> =>
    asText(
      await diffRevision({ root: copy.root, base: "base", stack: "sealed", allowed: [] }),
    ).trimEnd();
  before(() => {
    copy = new Repository(["maps"]);
    write({});
    copy.commit();
  });
  afterEach(() => write({}));
  after(() => copy.remove());

  it("is rendered with its SealedSecrets", async () => {
    const said = await rendered("sealed");
    assert.match(said, /^\d+ objects written to .*sealed$/);
  });

  it("is rendered without them, and lists the Secrets that the cluster must have", async () => {
    const said = await rendered("omit");
    assert.match(said, /Secret maps\/maps-auth with the keys ADMIN_PASSWORD, JWT_SECRET/);
  });

  it("is compared, whether an optional secret is set or not", async () => {
    assert.match(await compared(), /no difference/);
    write({ mapsGoogleApiKey: sealed });
    assert.match(await compared(), /maps-api-keys/);
  });

  it("is compared with a placeholder for a secret that nobody has sealed yet", async () => {
    write({ mapsJwtSecret: undefined });
    assert.match(await compared(), /maps-auth/);
    await assert.rejects(rendered("sealed"), /mapsJwtSecret: secret is missing/);
  });
});

describe("a sealed value in a stack of another mode", () => {
  const problemsIn = (secretsMode: string): readonly string[] => {
    const more =
      secretsMode === "external" ? { secretStore: { name: "vault" } } : { environment: "staging" };
    const { problems } = parse({ secretsMode, ...more, openmsRedisPassword: sealed }, [
      "openmsRedisPassword",
    ]);
    return problems.map(({ key, text }) => `${key}: ${text}`);
  };

  for (const mode of ["existing", "external"]) {
    it(`is left alone with ${mode}, where nothing uses it`, () => {
      assert.deepEqual(problemsIn(mode), []);
    });
  }

  for (const mode of ["config", "generated"]) {
    it(`is not taken for the value with ${mode}`, () => {
      const [problem = "", ...others] = problemsIn(mode);
      assert.match(problem, /is sealed for the cluster, but secretsMode.*--rotate openmsRedis/);
      assert.deepEqual(others, []);
    });
  }
});
