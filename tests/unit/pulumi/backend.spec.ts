import assert from "node:assert/strict";
import { existsSync, statSync } from "node:fs";
import { backendUrl, mendBackend } from "../../../tools/pulumi/backend";
import { Sandbox } from "../../support/sandbox";

describe("where Pulumi keeps its state", () => {
  const sandbox = new Sandbox();
  const root = (): string => sandbox.path("project");
  const own = (): string => `file://${sandbox.path("state", "pulumi")}?metadata=skip`;

  beforeEach(() => {
    sandbox.write("project/Pulumi.yaml", "name: stackberth\nruntime: nodejs\n");
    sandbox.setenv({
      HOME: sandbox.path("home"),
      STACKBERTH_HOME: sandbox.path("state"),
      PULUMI_HOME: undefined,
      PULUMI_BACKEND_URL: undefined,
      PULUMI_ACCESS_TOKEN: undefined,
    });
  });

  /** As `pulumi login` leaves it. */
  function login(folder: string, current = "https://api.pulumi.com"): void {
    sandbox.write(`${folder}/credentials.json`, JSON.stringify({ current }));
  }

  it("is a folder beside the checkout's other state, which nobody else can read", () => {
    for (const hasOwnCli of [true, false]) assert.equal(backendUrl(root(), hasOwnCli), own());
    assert.equal(statSync(sandbox.path("state", "pulumi")).mode & 0o777, 0o700);
  });

  it("is a valid URL for any folder name", () => {
    sandbox.setenv({ STACKBERTH_HOME: sandbox.path("my state") });
    assert.match(backendUrl(root(), false) ?? "", /\/my%20state\/pulumi\?metadata=skip$/);
    assert.ok(existsSync(sandbox.path("my state", "pulumi")));
  });

  for (const name of ["PULUMI_BACKEND_URL", "PULUMI_ACCESS_TOKEN"]) {
    it(`is the user's choice with ${name}, which is none if it is empty`, () => {
      assert.equal(backendUrl(root(), false, { [name]: "x" }), undefined);
      assert.equal(backendUrl(root(), false, { [name]: "" }), own());
      assert.equal(backendUrl(root(), true, { [name]: "" }), own());
    });
  }

  it("is what Pulumi.yaml says", () => {
    const backend = "backend:\n  url: s3://bucket\n";
    sandbox.write("project/Pulumi.yaml", `name: stackberth\nruntime: nodejs\n${backend}`);
    assert.equal(backendUrl(root(), false), undefined);
    assert.ok(!existsSync(sandbox.path("state")), "a folder that nobody asked for");
  });

  it("is where the user has logged in with a CLI of their own, and not without one", () => {
    login("home/.pulumi");
    assert.equal(backendUrl(root(), true), undefined);
    assert.equal(backendUrl(root(), true, { PULUMI_HOME: "" }), undefined);
    assert.equal(backendUrl(root(), false), own());
  });

  it("is where the user has logged in with a PULUMI_HOME of their own", () => {
    login("elsewhere");
    const env = { PULUMI_HOME: sandbox.path("elsewhere") };
    for (const hasOwnCli of [true, false]) {
      assert.equal(backendUrl(root(), hasOwnCli, env), undefined);
    }
    login("home/.pulumi");
    assert.equal(backendUrl(root(), true, { PULUMI_HOME: sandbox.path("empty") }), own());
  });

  it("is the folder again after a logout, or with credentials that cannot be read", () => {
    login("home/.pulumi", "");
    assert.equal(backendUrl(root(), true), own());
    sandbox.write("home/.pulumi/credentials.json", "{");
    assert.equal(backendUrl(root(), true), own());
  });

  it("loses only the empty metadata that a killed run leaves", () => {
    assert.deepEqual(mendBackend(root()), []);
    const broken = sandbox.write("state/pulumi/.pulumi/stacks/dev.json.attrs", "");
    const others = [
      sandbox.write("state/pulumi/.pulumi/stacks/prod.json.attrs", "{}"),
      sandbox.write("state/pulumi/.pulumi/stacks/prod.json", ""),
      sandbox.write("state/other.attrs", ""),
    ];
    const said = mendBackend(root());
    assert.equal(said.length, 1);
    assert.ok(said[0]?.startsWith(`removed ${broken}: a killed run left it empty`));
    assert.ok(!existsSync(broken));
    for (const path of others) assert.ok(existsSync(path), path);
    assert.deepEqual(mendBackend(root()), []);
  });
});
