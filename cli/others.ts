import { createRequire } from "node:module";
import { text } from "node:stream/consumers";
import { UserError } from "../engine/errors";
import { textAt } from "../engine/objects";
import { plainSettings, publicPassphrases, readProject } from "../engine/stackConfig";
import { secretsCommand, type SecretDeclaration } from "../secrets";
import { readFlags } from "./arguments";

const load = createRequire(__filename);
const line = (words: string): void => console.log(words);

/** `npm run cluster -- up|down|status|reset`: the embedded cluster. */
export async function cluster(argv: readonly string[], root: string): Promise<number> {
  const { clusterCommand } = load("./cluster") as typeof import("./cluster");
  return clusterCommand(argv, { root, progress: line });
}

/** `npm run secrets -- --stack S`: the secrets of a stack. */
export async function secrets(argv: readonly string[], root: string): Promise<number> {
  return secretsCommand(argv, {
    root,
    project: textAt(readProject(root), "name"),
    env: process.env,
    publicPassphrases,
    declarationsFor: (stack) => declarationsFor(root, stack),
    stdin: () => text(process.stdin),
    out: line,
  });
}

/** The secrets that the systems of a stack need with the settings they have. */
function declarationsFor(root: string, stack: string): readonly SecretDeclaration[] {
  const { declaredSecrets, storedSecrets } = load(
    "../config/secrets",
  ) as typeof import("../config/secrets");
  const { listedSystems } = load("../config/parse") as typeof import("../config/parse");
  const { stackSchema } = load(
    "../config/stackSettings",
  ) as typeof import("../config/stackSettings");
  const { systems } = load("../systems") as typeof import("../systems");
  const settings = plainSettings(root, stack);
  const chosen = listedSystems(settings["systems"]).map((name) => {
    const checked = systems[name]?.schema.safeParse(settings[name] ?? {});
    if (checked?.success === true) return [name, checked.data] as const;
    throw new UserError(
      `Pulumi.${stack}.yaml: the settings of ${name} are not right yet; ` +
        `npm run preview -- --stack ${stack} says what is wrong with them`,
    );
  });
  const mode = stackSchema.shape.secretsMode.safeParse(settings["secretsMode"]).data ?? "config";
  return storedSecrets(mode, declaredSecrets(Object.fromEntries(chosen)));
}

/** `npm run docs`: writes what is generated from the schemas. */
export function docs(argv: readonly string[], root: string): Promise<number> {
  readFlags("docs", argv, {});
  const { docsCommand } = load("./docs") as typeof import("./docs");
  return docsCommand(root, line);
}
