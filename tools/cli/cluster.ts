import { clusterCommand } from "../cluster";

/** `npm run cluster -- up|down|status|reset|kubectl`: the embedded cluster. */
export const cluster = (argv: readonly string[], root: string): Promise<number> =>
  clusterCommand(argv, { root, progress: (line) => console.log(line) });
