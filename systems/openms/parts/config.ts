import * as pulumi from "@pulumi/pulumi";
import { ConfigMap, type Namespace, Secrets } from "../../../components";
import { deepMerge } from "../../../lib/merge";
import { jsonEscaped } from "../../../lib/secretText";
import { systemFile } from "../../files";
import type { Context, OpenmsSettings } from "../schema";
import { demosOf, names } from "./names";

/** The Secret with Streamlit's secrets.toml. */
export function createSecrets(
  { name, settings, secret, digestKey }: Context,
  namespace: Namespace,
  parent: pulumi.Resource,
): Secrets {
  // TOML's strings have JSON's escapes.
  const password = secret("openmsAdminPassword").apply(jsonEscaped);
  const toml = pulumi.interpolate`[admin]\npassword = "${password}"\n`;
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

/** The ConfigMap with the stack's values for the app's three files, and the scripts that start the app. */
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

const scripts = ["start.sh", "merge.py", "check_pages.py"];

function configFiles({ files, ...settings }: OpenmsSettings): Record<string, string> {
  return {
    "settings.json": json(deepMerge(ownSettings(settings), files.settings)),
    "default-parameters.json": json(files.defaultParameters),
    "presets.json": json(files.presets),
    ...Object.fromEntries(scripts.map((name) => [name, systemFile("openms", name)])),
  };
}

/** What the deployment determines in settings.json; the image's file has the rest. */
function ownSettings({
  worker,
  workspaces: { mountPath },
  seedDemos,
}: Omit<OpenmsSettings, "files">): Record<string, unknown> {
  return {
    online_deployment: true,
    workspaces_dir: mountPath,
    queue_settings: { default_timeout: worker.jobTimeoutSeconds },
    ...(seedDemos && { demo_workspaces: { enabled: true, source_dirs: [demosOf(mountPath)] } }),
  };
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
