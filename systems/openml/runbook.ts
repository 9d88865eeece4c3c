import { kubectl, type RunbookEntry, startNow } from "../../lib/runbook";
import { names } from "./parts/names";
import type { OpenmlSettings } from "./schema";

/** Commands for the operators of OpenML. */
export function runbookOf(settings: OpenmlSettings): readonly RunbookEntry[] {
  const { namespace, frontend } = settings;
  const webs = [names.backend, ...(frontend ? [names.frontend] : [])].map(
    (name) => `deployment/${name}`,
  );
  const all = webs.join(" ");
  return [
    ...webs.map((web) => ({
      title: `logs of ${web}`,
      command: kubectl(namespace, `logs ${web} --all-containers --tail 100`),
    })),
    { title: "restart", command: kubectl(namespace, `rollout restart ${all}`) },
    {
      title: "wait until everything is ready",
      command: webs.map((web) => kubectl(namespace, `rollout status ${web}`)).join(" && "),
    },
    { title: "health", command: kubectl(namespace, "get pods,pvc,hpa") },
    ...databaseEntries(settings),
  ];
}

/** For a managed database; the README says how to restore it. */
function databaseEntries({ namespace, database }: OpenmlSettings): readonly RunbookEntry[] {
  if (database.type !== "managed") return [];
  return [
    {
      title: "logs of the database",
      command: kubectl(namespace, `logs statefulset/${names.database} --tail 100`),
    },
    {
      title: "back up the database now",
      command: startNow(namespace, `${names.database}-backup`),
    },
  ];
}
