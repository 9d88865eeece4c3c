import { fileText } from "../components";

/** The text of a file in a system's `files/`, for a ConfigMap or a chart's values. */
export const systemFile = (system: string, name: string): string =>
  fileText(__dirname, system, "files", name);
