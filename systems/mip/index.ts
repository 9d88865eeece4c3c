import { deployAs } from "../component";
import { defineSystem } from "../system";
import { createMip } from "./mip";
import { inNamespaces, namespacesOf } from "./parts/namespaces";
import { runbookOf } from "./runbook";
import { mipSchema } from "./schema";
import { mipSecrets } from "./secrets";

/** The entry of MIP in the table of systems. */
export const mip = defineSystem({
  description:
    "MIP, the Medical Informatics Platform: federated analysis with Exaflow, and its portal",
  schema: mipSchema,
  namespaces: namespacesOf,
  inNamespaces,
  secrets: mipSecrets,
  runbook: runbookOf,
  deploy: deployAs("Mip", createMip),
});
