import { textAt } from "../../lib/objects";
import { type SystemStack, systemStack } from "./systemStack";

/** The one setting of OpenMS that has no default. */
export const base = { image: "registry.example.org/openms-app:1.0.0" };
export const ingress = { type: "ingress", hosts: ["a.example.org"] };

/** The folder of workspaces in a container. */
export const dir = "/workspaces-streamlit-template";

/** A stack whose OpenMS has only these settings beside its image. */
export const stackOf = (
  settings: object = {},
  changes?: Readonly<Record<string, string>>,
): Promise<SystemStack> => systemStack("openms", "dev", { ...base, ...settings }, changes);

const deployment = (name: string) => (s: SystemStack) => s.find("Deployment", name);
export const [web, worker, redis] = [deployment("web"), deployment("worker"), deployment("redis")];
export const cron = (s: SystemStack) => s.find("CronJob", "clean-up-workspaces");

/** What a file of the app says. */
export const file = (s: SystemStack, name: string): Record<string, unknown> =>
  JSON.parse(textAt(s.find("ConfigMap", "openms-config"), "data", name)) as Record<string, unknown>;
