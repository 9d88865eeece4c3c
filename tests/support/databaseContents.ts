import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { DatabasePod } from "./databasePod";
import { root } from "./stackberth";

/** Fills the database with data that a careless dump loses. */
export async function fillHard(pod: DatabasePod): Promise<void> {
  const path = join(root, "tests/fixtures/database", `hard-${pod.engine}.sql`);
  await pod.sql(readFileSync(path, "utf8").replaceAll("«CR»", "\r"));
}

const lines = (text: string): string[] => text.split("\n").filter(Boolean);

/** The answers to many queries by one run of the client: starting it is what takes the time. */
async function answers(
  pod: DatabasePod,
  queries: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const parts = Object.entries(queries).map(([name, query]) => {
    const quoted = `'«${name.replaceAll("'", "''")}»'`;
    return `SELECT ${quoted};\n${query};\n`;
  });
  const text = await pod.sql(parts.join(""));
  const [, ...found] = text.split(/^«(.*)»$/m);
  return Object.fromEntries(
    Object.keys(queries).map((name) => {
      const at = found.indexOf(name);
      if (at < 0) throw new Error(`no answer for ${name}`);
      return [
        name,
        lines(found[at + 1] ?? "")
          .sort()
          .join("\n"),
      ];
    }),
  );
}

/** Everything in the database by its name, read by other means than the dump's. */
export async function contents(pod: DatabasePod): Promise<Record<string, string>> {
  return await { mysql: mysqlContents, postgresql: postgresqlContents }[pod.engine](pod);
}

async function mysqlContents(pod: DatabasePod): Promise<Record<string, string>> {
  const names = lines(
    await pod.sql(`
      SELECT IF(table_type = 'VIEW', 'VIEW', 'TABLE'), table_name FROM information_schema.tables
        WHERE table_schema = 'lab_data' UNION ALL
      SELECT 'TRIGGER', trigger_name FROM information_schema.triggers
        WHERE trigger_schema = 'lab_data' UNION ALL
      SELECT routine_type, routine_name FROM information_schema.routines
        WHERE routine_schema = 'lab_data' UNION ALL
      SELECT 'EVENT', event_name FROM information_schema.events WHERE event_schema = 'lab_data'`),
  ).map((line) => line.split("\t"));
  // In hexadecimal: the bytes as they are kept, whatever the client makes of them.
  const columns = await pod.sql(`
    SELECT table_name, GROUP_CONCAT(CONCAT('HEX(\`', column_name, '\`)') ORDER BY ordinal_position)
    FROM information_schema.columns WHERE table_schema = 'lab_data' GROUP BY table_name`);
  const found = await answers(pod, {
    database: "SHOW CREATE DATABASE lab_data",
    ...Object.fromEntries(
      names.map(([kind, name]) => [`${kind} ${name}`, `SHOW CREATE ${kind} \`${name}\``]),
    ),
    ...Object.fromEntries(
      lines(columns)
        .map((line) => line.split("\t"))
        .map(([name, list]) => [`rows of ${name}`, `SELECT ${list} FROM \`${name}\``]),
    ),
  });
  // When a trigger was made is no part of it.
  const made = /\t\d{4}-\d\d-\d\d [\d:.]+$/m;
  return Object.fromEntries(
    Object.entries(found).map(([name, text]) => [name, text.replace(made, "")]),
  );
}

/** An access list in an order of its own; PostgreSQL keeps none. */
const rights = (column: string): string =>
  `(SELECT array_agg(a::text ORDER BY a::text) FROM unnest(${column}) a)`;

async function postgresqlContents(pod: DatabasePod): Promise<Record<string, string>> {
  const tables = lines(
    await pod.sql(
      `SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'v', 'm') AND n.nspname !~ '^pg_|^information_schema' ORDER BY 1`,
    ),
  );
  const rows = tables.map((table): [string, string] => [
    `rows of ${table}`,
    `SELECT md5(t::text), left(t::text, 2000) FROM ${table} t`,
  ]);
  return await answers(pod, {
    ...Object.fromEntries(rows),
    database: `SELECT pg_get_userbyid(datdba), encoding, datcollate, datctype, datconnlimit, ${rights("datacl")},
      shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = 'lab_data'`,
    settings: `SELECT setconfig FROM pg_db_role_setting s JOIN pg_database d ON d.oid = setdatabase
      WHERE datname = 'lab_data'`,
    relations: `SELECT relnamespace::regnamespace, relname, relkind, relowner::regrole, ${rights("relacl")}, relrowsecurity
      FROM pg_class WHERE relnamespace::regnamespace::text !~ '^pg_|^information_schema'`,
    columns: `SELECT attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull, attidentity,
      attgenerated, ${rights("attacl")}, col_description(attrelid, attnum) FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
      WHERE relnamespace::regnamespace::text !~ '^pg_|^information_schema' AND attnum > 0`,
    constraints: `SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint
      WHERE connamespace::regnamespace::text !~ '^pg_|^information_schema'`,
    indexes: `SELECT indexdef FROM pg_indexes WHERE schemaname !~ '^pg_'`,
    sequences: `SELECT * FROM pg_sequences`,
    routines: `SELECT pg_get_functiondef(oid) FROM pg_proc
      WHERE pronamespace::regnamespace::text !~ '^pg_|^information_schema'`,
    triggers: `SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal`,
    views: `SELECT viewname, definition FROM pg_views WHERE schemaname !~ '^pg_|^information_schema' UNION ALL
      SELECT matviewname, definition FROM pg_matviews`,
    types: `SELECT typname, typtype, pg_get_constraintdef(c.oid) FROM pg_type t LEFT JOIN pg_constraint c ON contypid = t.oid
      WHERE typnamespace::regnamespace::text !~ '^pg_|^information_schema'`,
    labels: "SELECT enumtypid::regtype, enumlabel, enumsortorder FROM pg_enum",
    partitions: "SELECT inhrelid::regclass, inhparent::regclass FROM pg_inherits",
    policies: "SELECT * FROM pg_policies",
    defaults: `SELECT defaclrole::regrole, defaclobjtype, ${rights("defaclacl")} FROM pg_default_acl`,
    extensions: "SELECT extname, extversion FROM pg_extension",
    publications: "SELECT pubname, tablename FROM pg_publication_tables",
    objects:
      "SELECT oid, lomowner::regrole, encode(lo_get(oid), 'hex') FROM pg_largeobject_metadata",
  });
}
