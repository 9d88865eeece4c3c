import { loadStack } from "./stack/load";
import { deploySystems } from "./stack/deploy";

/** By system: where to find it, where it lives, what it takes, what its operators need. */
export const { urls, namespaces, capacity, runbook } = deploySystems(loadStack());
