import * as pulumi from "@pulumi/pulumi";
import { Database, type DatabaseArgs, type Namespace } from "../../components";
import { digestKey } from "./components";

export const password = "canary/pass#word";
export const adminPassword = "admin-canary";
const minimal = {
  name: "database",
  engine: "postgresql",
  databaseName: "lab_data",
  userName: "lab",
  password: pulumi.secret(password),
  adminPassword: pulumi.secret(adminPassword),
  digestKey,
  storage: { size: "10Gi" },
} as const;

/** Makes a Database with these arguments beside those that have no default. */
export const make =
  (args: Partial<DatabaseArgs> = {}) =>
  (namespace: Namespace) =>
    new Database("lab-database", { namespace, ...minimal, ...args });
export const backup = { schedule: "0 2 * * *", retentionDays: 30, storage: { size: "50Gi" } };
