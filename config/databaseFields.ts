import { z } from "zod";
import * as databaseRules from "../lib/databaseRules";
import * as rules from "../lib/rules";
import { image, referenceName, placement, quantity, resources, schedule, textOf } from "./fields";

/** The settings of databases that systems share. */

/** A name in a database server that needs no quotes. */
export const identifier = (most: number) => textOf(rules.identifier(most), "orders");

/** The names of a database that the stack makes, and of the user who owns it. */
export const databaseName = textOf(databaseRules.databaseName, "orders");
export const databaseUser = textOf(databaseRules.databaseUser, "orders");

/** When a database is dumped, and to which volume. */
export const dumps = {
  schedule: schedule.default("0 2 * * *").describe("when the database is dumped, in UTC"),
  retentionDays: z.int().min(1).max(3650).default(30).describe("days to keep a dump"),
  size: quantity.default("5Gi").describe("size of the volume for dumps"),
  storageClassName: referenceName.optional().describe("default: the cluster's default class"),
  existingClaim: referenceName
    .optional()
    .describe("mount this claim, which may hold a dump already, and create none"),
  suspend: z
    .boolean()
    .default(false)
    .describe("no scheduled dumps; they can still be started by hand"),
};

/** The settings of a server that the stack runs, except its engine and names. */
export const managedServer = (client: string) => ({
  image: image.optional().describe("default: that of the Database component"),
  size: quantity.default("10Gi").describe("size of its volume"),
  storageClassName: referenceName.optional().describe("default: the cluster's default class"),
  resources: resources.optional().describe("default: 250m to 1, 512Mi to 1Gi"),
  placement: placement.optional(),
  backup: z.strictObject(dumps).prefault({}).describe("dumps, on a separate volume"),
  restoreFrom: textOf(databaseRules.dumpName(), "lab-20261101T020000Z.sql.gz")
    .optional()
    .describe(`the dump that replaces the database, once, before ${client} starts`),
  restoreRequest: textOf(databaseRules.restoreRequest, "2")
    .optional()
    .describe("change this text to restore the dump once more"),
});
