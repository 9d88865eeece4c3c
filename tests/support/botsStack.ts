import type { KubeObject } from "../../lib/objects";
import type { SystemStack } from "./systemStack";

export const web = (s: SystemStack): KubeObject => s.find("Deployment", "bots-webserver");
export const queue = (s: SystemStack): KubeObject => s.find("Deployment", "bots-jobqueue");
export const init = (s: SystemStack): KubeObject => s.find("Job", "bots-db-init");
