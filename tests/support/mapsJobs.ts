import assert from "node:assert/strict";
import type { Json } from "../../lib/objects";
import { Account } from "./account";
import { liveAll } from "./jobs";
import { kubectl } from "./kubectl";
import { filledIn, jobCode, liveTemplate } from "./maps";
import { setStatus } from "./testCluster";

/** Jobs of a deployed MAPS whose backend uses the template: its account makes them, kubectl looks after them. */
export class MapsJobs {
  private opened: { readonly backend: Account; readonly template: string } | undefined;

  constructor(private readonly namespace: string) {}

  /** Reads the template and gets a token for the backend, once both are deployed. */
  async open(): Promise<void> {
    const template = await liveTemplate(this.namespace);
    this.opened = { template, backend: await Account.open(this.namespace, "maps-backend-sa") };
  }

  close(): void {
    this.opened?.backend.close();
  }

  /** The backend, with its own token. */
  get backend(): Account {
    return this.deployed().backend;
  }

  /** The pod of a job, not yet created. */
  pod(id: string): Json {
    return filledIn(this.deployed().template, id);
  }

  /** Creates the pod of a job, as the backend; it mounts code that need not be there yet. */
  createPod(id: string): Promise<string> {
    return this.backend.create(this.pod(id));
  }

  /** Creates a job, its code and its pod, and waits until it runs. */
  async start(id: string): Promise<void> {
    await this.backend.create(jobCode(id));
    await this.createPod(id);
    await this.running(id);
  }

  /** Waits until a job's pod runs. */
  async running(id: string): Promise<void> {
    const state = "--for=jsonpath={.status.phase}=Running";
    await kubectl("wait", `pod/runner-${id}`, "-n", this.namespace, "--timeout=120s", state);
  }

  /** Writes the status of a job's pod, as its node would. */
  async setStatus(id: string, status: Json): Promise<void> {
    await setStatus(`/api/v1/namespaces/${this.namespace}/pods/runner-${id}`, status);
  }

  /** The names of the jobs' pods, or of the ConfigMaps with their code, sorted. */
  async names(kind: "pods" | "configmaps"): Promise<string[]> {
    const all = await liveAll(`/api/v1/${kind}`, this.namespace);
    const names = all.map(({ metadata }) => metadata.name);
    return names.filter((name) => /^(runner|job-code)-/.test(name)).sort();
  }

  async removeAll(): Promise<void> {
    for (const kind of ["pods", "configmaps"] as const) {
      const names = await this.names(kind);
      if (names.length > 0) await kubectl("delete", kind, "-n", this.namespace, "--now", ...names);
    }
  }

  private deployed(): { readonly backend: Account; readonly template: string } {
    assert.ok(this.opened, "MAPS is not deployed");
    return this.opened;
  }
}
