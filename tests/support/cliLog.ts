import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { runPulumi } from "../../tools/pulumi/cli";
import type { ConfigArgs } from "../../tools/pulumi/config";

/**
 * The text of a log that Pulumi's CLI encrypted with a stack's passphrase. The CLI decrypts it by what
 * a backend knows of the stack; this one knows its salt.
 */
export async function decryptLog(
  file: string,
  { root, stack, engine, passphrase }: Required<ConfigArgs>,
): Promise<string> {
  const backend = join(root, "backend");
  mkdirSync(backend, { recursive: true });
  const env = {
    ...engine.env,
    PULUMI_BACKEND_URL: `file://${backend}`,
    PULUMI_CONFIG_PASSPHRASE: passphrase,
  };
  const cli = { root, engine, env };
  await runPulumi(["stack", "init", stack, "--secrets-provider", "passphrase"], cli);
  const { code, stdout, stderr } = await runPulumi(["logs", "decrypt", file], cli);
  assert.equal(code, 0, stderr);
  return stdout;
}
