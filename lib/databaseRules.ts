import { identifier, type Rule } from "./rules";

/** What the names of a database, its user and its dumps are. */

/** Databases that the servers themselves have. */
const ownDatabases: readonly string[] = [
  ...["mysql", "sys", "information_schema", "performance_schema"],
  ...["postgres", "template0", "template1"],
];

/** The administrators of MySQL and PostgreSQL. */
export const administrators = { mysql: "root", postgresql: "postgres" } as const;
const administratorNames: readonly string[] = Object.values(administrators);

const name = identifier(48);
const user = identifier(32);

/** The name of a database that the stack makes. */
export const databaseName: Rule = {
  what: `${name.what}, or it is a system database`,
  write: `${name.write}; none of ${ownDatabases.join(", ")}`,
  accepts: (text) => name.accepts(text) && !ownDatabases.includes(text.toLowerCase()),
};

/** The name of the user who owns it. */
export const databaseUser: Rule = {
  what: `${user.what}, or it is an administrator's`,
  write: `${user.write}; none of ${administratorNames.join(", ")}`,
  accepts: (text) => user.accepts(text) && !administratorNames.includes(text),
};

/** The ends of the names of dumps. */
export const dumpSuffixes = { mysql: "sql.gz", postgresql: "dump.gz" } as const;

/** The name of a server's dump. @param suffixes - Those that it may end with. @default - any server's */
export const dumpName = (...suffixes: readonly string[]): Rule => {
  const allowed = suffixes.length > 0 ? suffixes : Object.values(dumpSuffixes);
  return {
    what: "the name of a dump",
    write: `${allowed.map((each) => `NAME.${each}`).join(" or ")}, without a folder`,
    accepts: (text) =>
      /^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(text) &&
      text.length <= 200 &&
      allowed.some((each) => text.endsWith(`.${each}`)),
  };
};

/** A text that asks for one more restore; files are named after it. */
export const restoreRequest: Rule = {
  what: "a part of a file name",
  write: "letters, digits, `.`, `_` and `-`, at most 63 characters",
  accepts: (text) => /^[A-Za-z0-9._-]{1,63}$/.test(text),
};
