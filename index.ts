import { withExplanation } from "./lib/errors";
import { deploySystems } from "./stack/deploy";
import { loadStack } from "./stack/load";

/** By system: its URLs, its namespaces, and its share of the cluster. */
export const { urls, namespaces, capacity } = withExplanation(() => deploySystems(loadStack()));
