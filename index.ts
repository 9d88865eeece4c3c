import { deploySystems } from "./stack/deploy";
import { loadStack } from "./stack/load";

/** By system: where to find it, where it lives, what it takes. */
export const { urls, namespaces, capacity } = deploySystems(loadStack());
