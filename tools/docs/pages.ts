import { stackSchema } from "../../config/stackSettings";
import { systems } from "../../systems";
import { jsonSchema, row, settingsTables } from "./reference";

/** A page that is generated completely. */
interface Page {
  /** Its name in `docs/settings`. */
  readonly file: string;
  readonly text: string;
}

/** How to read a table of settings. */
const legend =
  "**required** marks a key without a default. In an optional object, it must be set once the object is. " +
  "`[]` stands for each element of a list, `NAME` for each key of a map.";

function page(name: string, source: string, about: string, tables: string): Page {
  const others = ["stack", ...Object.keys(systems)].filter((each) => each !== name);
  const parts = [
    `# Settings: ${name}`,
    `\`npm run docs\` writes this page from [${source}](../../${source}). Edit that file, not this page.`,
    about,
    legend,
    tables,
    `More settings: ${others.map((each) => `[${each}](${each}.md)`).join(", ")}.`,
  ];
  return { file: `${name}.md`, text: `${parts.join("\n\n")}\n` };
}

/** The pages of settings: one for the stack and one per system, from the schemas that check them. */
export function settingsPages(): readonly Page[] {
  const stack = page(
    "stack",
    "config/stackSettings.ts",
    "The settings of a stack file, `Pulumi.STACK.yaml`, besides those of its systems. Before anything " +
      "changes, the program reports every unknown key, wrong type, value out of range and contradiction " +
      "in the file, all at once.",
    settingsTables("stackberth:", stackSchema),
  );
  const each = Object.entries(systems).map(([name, { description, schema }]) =>
    page(
      name,
      `systems/${name}/schema.ts`,
      `${description}. What its images must provide, and why it is built this way: ` +
        `[systems/${name}](../../systems/${name}/README.md).`,
      settingsTables(`stackberth:${name}.`, schema),
    ),
  );
  return [stack, ...each];
}

/** The systems as a Markdown table, for the README. */
export function systemsTable(): string {
  const lines = Object.entries(systems).map(([name, { description }]) =>
    row(
      `[${name}](systems/${name}/README.md)`,
      description,
      `[all keys](docs/settings/${name}.md)`,
    ),
  );
  return [row("system", "what it is", "settings"), row("---", "---", "---"), ...lines].join("\n");
}

/** The declarations of the project's keys for Pulumi.yaml's `config:` block. */
export function projectConfig(): Record<string, Record<string, unknown>> {
  const stack = Object.entries(jsonSchema(stackSchema).properties ?? {}).map(([name, schema]) => [
    name,
    {
      type: schema.type ?? "string",
      ...(schema.items && { items: { type: schema.items.type } }),
      ...(schema.default !== undefined && { default: schema.default }),
      description: schema.description,
      secret: false,
    },
  ]);
  const ofSystems = Object.entries(systems).map(([name, { description }]) => [
    name,
    { type: "object", default: {}, description: `settings of ${description}`, secret: false },
  ]);
  return Object.fromEntries([...stack, ...ofSystems]) as Record<string, Record<string, unknown>>;
}
