import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { ConfigMap, type Namespace, Secrets } from "../../../components";
import { deepMerge } from "../../../lib/merge";
import type { Context, OpenmsSettings } from "../schema";
import { names } from "./names";

/** The Secret with Streamlit's secrets.toml. */
export function createSecrets(
  { name, settings, secret, digestKey }: Context,
  namespace: Namespace,
  parent: pulumi.Resource,
): Secrets {
  const toml = pulumi.interpolate`[admin]\npassword = "${secret("openmsAdminPassword")}"\n`;
  return new Secrets(
    `${name}-streamlit-secrets`,
    {
      namespace,
      name: settings.secretNames.streamlit,
      data: { "secrets.toml": toml },
      digestKey,
    },
    { parent },
  );
}

/** The ConfigMap with the app's three files. */
export function createConfig(
  { name, settings }: Context,
  namespace: Namespace,
  parent: pulumi.Resource,
): ConfigMap {
  return new ConfigMap(
    `${name}-config`,
    { namespace, name: names.config, data: configFiles(settings) },
    { parent },
  );
}

/** The app's files, each merged with the stack's own values. */
function configFiles({ files, worker }: OpenmsSettings): Record<string, string> {
  const queue = { queue_settings: { default_timeout: worker.jobTimeoutSeconds } };
  return {
    "settings.json": merged("settings.json", deepMerge(queue, files.settings)),
    "default-parameters.json": merged("default-parameters.json", files.defaultParameters),
    "presets.json": merged("presets.json", files.presets),
  };
}

function merged(file: string, override: Record<string, unknown>): string {
  const path = join(__dirname, "..", "files", file);
  const base = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
  return `${JSON.stringify(deepMerge(base, override), null, 2)}\n`;
}
