import type { BadSetting } from "../cases";
import { smtp, sqlite } from "./good";

const dump = "openml-20261101T020000Z.sql.gz";

/** Faults in the database, mail and addresses. */
export const data: readonly BadSetting[] = [
  {
    title: "no database",
    changes: { database: undefined },
    key: "database",
    says: /is missing/,
  },
  {
    title: "an empty managed database",
    changes: { database: { type: "managed" } },
    key: "database.restoreFrom",
    says: /cannot start on an empty database/,
  },
  {
    title: "unknown database",
    changes: { database: { type: "postgres" } },
    key: "database.type",
    says: /must be one of sqlite, external, managed/,
  },
  {
    title: "address of the database in plain text",
    changes: { database: { type: "external", uri: "mysql://u:p@h/openml" } },
    key: "database.uri",
    says: /unknown key/,
  },
  {
    title: "address of a managed database",
    changes: { database: { type: "managed", restoreFrom: dump, host: "mysql.example.org" } },
    key: "database.host",
    says: /unknown key/,
  },
  {
    title: "engine of a managed database",
    changes: { database: { type: "managed", restoreFrom: dump, engine: "postgresql" } },
    key: "database.engine",
    says: /unknown key/,
  },
  {
    title: "database name with a hyphen",
    changes: { database: { type: "managed", restoreFrom: dump, name: "openml-data" } },
    key: "database.name",
    says: /letters, digits and _/,
  },
  {
    title: "size of a database with an unknown unit",
    changes: { database: { type: "managed", restoreFrom: dump, size: "10 GB" } },
    key: "database.size",
    says: /10Gi|quantity|size/,
  },
  {
    title: "dumps kept for zero days",
    changes: { database: { type: "managed", restoreFrom: dump, backup: { retentionDays: 0 } } },
    key: "database.backup.retentionDays",
    says: /at least 1/,
  },
  {
    title: "SQLite at a relative path",
    changes: { database: { ...sqlite, path: "openml.db" } },
    key: "database.path",
    says: /an absolute path/,
  },
  {
    title: "SQLite in the code's folder, which the volume would hide",
    changes: { database: { ...sqlite, path: "/app/openml.db" } },
    key: "database.path",
    says: /a file in a folder other than/,
  },
  {
    title: "SQLite on scratch space",
    changes: { database: { ...sqlite, path: "/tmp/openml.db" } },
    key: "database.path",
    says: /a file in a folder other than/,
  },
  {
    title: "a file's path for an external database",
    changes: { database: { type: "external", path: "/app/data/openml.db" } },
    key: "database.path",
    says: /unknown key/,
  },
  {
    title: "mail without a sender",
    changes: { smtp: { ...smtp, sender: undefined } },
    key: "smtp.sender",
    says: /is missing/,
  },
  {
    title: "a sender that is not an address",
    changes: { smtp: { ...smtp, sender: "openml" } },
    key: "smtp.sender",
    says: /noreply@openml\.org/,
  },
  {
    title: "a password in plain text",
    changes: { smtp: { ...smtp, password: "x" } },
    key: "smtp.password",
    says: /unknown key/,
  },
  {
    title: "port out of range",
    changes: { smtp: { ...smtp, port: 70000 } },
    key: "smtp.port",
    says: /at most 65535/,
  },
  {
    title: "egress to a name",
    changes: { egress: ["mysql.example.org"] },
    key: "egress[0]",
    says: /CIDR/,
  },
  {
    title: "ingress without hosts",
    changes: { exposure: { type: "ingress", hosts: [] } },
    key: "exposure.hosts",
    says: /at least 1/,
  },
];
