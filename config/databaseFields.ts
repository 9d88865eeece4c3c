import { z } from "zod";
import * as rules from "../lib/rules";
import { image, objectName, placement, quantity, resources, schedule, textOf } from "./fields";

/** The settings of databases that systems share. */

/** A name in a server, which needs no quotes there. */
export const identifier = (most: number) => textOf(rules.identifier(most));

/** When a database is dumped, and where to. */
export const dumps = {
  schedule: schedule.default("0 2 * * *").describe("when it is dumped, in UTC"),
  retentionDays: z.int().min(1).max(3650).default(30).describe("days a dump is kept"),
  size: quantity.default("5Gi").describe("size of the volume of the dumps"),
  storageClassName: objectName.optional().describe("default: the cluster's default class"),
  suspend: z.boolean().default(false).describe("plan no dumps; they can be made by hand"),
};

/** A server of the stack's own, beside its engine and names. */
export const managedServer = (client: string) => ({
  image: image.optional().describe("default: the Database component's"),
  size: quantity.default("10Gi").describe("size of its volume"),
  storageClassName: objectName.optional().describe("default: the cluster's default class"),
  resources: resources.optional().describe("default: 250m to 1, 512Mi to 1Gi"),
  placement: placement.optional(),
  backup: z.strictObject(dumps).prefault({}).describe("dumps on a volume of their own"),
  restoreFrom: z
    .string()
    .min(1)
    .optional()
    .describe(`a dump that replaces the database, once, before ${client} starts`),
  restoreRequest: z.string().min(1).optional().describe("a new text restores it once more"),
});
