import { z } from "zod";
import { podSecurity } from "../../config/containerFields";
import {
  cidr,
  host,
  image,
  int32,
  namespaceName,
  onceEach,
  referenceName,
  quota,
  textOf,
  volumeBackup,
} from "../../config/fields";
import { exposure } from "../../config/webFields";
import { timeZone } from "../../lib/rules";
import type { SystemContext } from "../system";
import { checkRules } from "./parts/rules";
import * as parts from "./parts/settings";

/** Settings of bots-edi, under `stackberth:bots`. */
export const botsSchema = z
  .strictObject({
    namespace: namespaceName.default("edi").describe("namespace that bots runs in"),
    podSecurity,
    image: image.describe("image of all services; see systems/bots/README.md"),
    imagePullSecrets: onceEach(referenceName)
      .default([])
      .describe("existing Secrets with the registry's credentials"),
    runAsUser: int32(1).default(10001).describe("numeric user that the image runs as"),
    environment: parts.environment,
    timeZone: textOf(timeZone, "Europe/Berlin")
      .default("UTC")
      .describe("IANA name, for the engine's schedule and all times that bots shows"),
    web: parts.web.prefault({}),
    jobQueue: parts.jobQueue.prefault({ mode: "separate" }),
    engine: parts.engine.prefault({}),
    dirMonitor: parts.dirMonitor.optional(),
    init: parts.init.prefault({}),
    superuser: parts.superuser.prefault({}),
    database: parts.database,
    volumes: parts.volumes.prefault({}),
    backup: volumeBackup
      .prefault({ type: "copy", keep: 30, size: "100Gi" })
      .describe("backup of the data volume; default: a copy every night at 02:00, 30 of them kept"),
    files: parts.files.prefault({}),
    smtp: parts.smtp.optional(),
    exposure: exposure.prefault({ type: "clusterIP" }),
    allowedHosts: z
      .array(host)
      .default([])
      .describe("host names that Django answers to, beyond those of `exposure`"),
    egress: z
      .array(cidr)
      .default([])
      .describe("partners' addresses that bots may reach, on any port"),
    imageUpdates: parts.imageUpdates.optional(),
    secretNames: parts.secretNames.prefault({}).describe("names of bots' Secrets"),
    quota,
  })
  .superRefine(checkRules);

export type BotsSettings = z.infer<typeof botsSchema>;
export type Context = SystemContext<BotsSettings>;
