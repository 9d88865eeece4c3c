import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { Job, ConfigMap, Storage } from "../../components";
import { type Capacity, sumCapacity } from "../../lib/capacity";
import { exaflowUser } from "./exaflow";
import { podBasics, type Scope, volumeArgs } from "./scope";
import { smallResources } from "./sizes";

const dataImportName = "data-import";
/** On the pods of all of a federation's imports, by which their logs are found. */
export const dataImportLabel = { "app.kubernetes.io/component": dataImportName };
const script = "validate_data.py";

/**
 * The workers' volumes, and a Job for each that validates what is on it. A worker that loaded CSVs that
 * do not fit their metadata would only fail, or answer wrongly, once somebody asks it.
 */
export class DataImport extends pulumi.ComponentResource {
  readonly jobs: readonly Job[];
  readonly capacity: Capacity;

  constructor(scope: Scope, opts: pulumi.ComponentResourceOptions) {
    super("stackberth:systems:MipDataImport", `${scope.name}-data-import`, {}, opts);
    const { name, namespace, site } = scope;
    const files = new ConfigMap(
      `${name}-data-import-script`,
      {
        namespace,
        name: dataImportName,
        data: { [script]: readFileSync(join(__dirname, "files", script), "utf8") },
      },
      { parent: this },
    );
    const workers = [...Array(site.federation.localnodes).keys()];
    const volumes = workers.map((worker) => this.createVolumes(scope, worker));
    this.jobs = workers.map((worker) => this.createJob(scope, files, worker, volumes[worker]));
    this.capacity = sumCapacity(
      volumes
        .flatMap(({ csvs, db, credentials }) => [csvs, db, credentials])
        .flatMap((volume) => volume?.capacity ?? []),
    );
    this.registerOutputs({});
  }

  /** Claims of the names that the StatefulSet gives its pods' own: it finds them, and makes none. */
  private createVolumes(scope: Scope, worker: number): WorkerVolumes {
    const { name, site } = scope;
    const storage = (volume: string, shape: typeof site.csvs): Storage =>
      new Storage(
        `${name}-${volume}-${worker}`,
        volumeArgs(scope, `${volume}-exaflow-localworker-${worker}`, shape(worker)),
        { parent: this },
      );
    return {
      csvs: storage("csvs", site.csvs),
      ...(site.db && { db: storage("db", site.db) }),
      ...(site.credentials && { credentials: storage("credentials", site.credentials) }),
    };
  }

  private createJob(
    scope: Scope,
    files: ConfigMap,
    worker: number,
    volumes: WorkerVolumes | undefined,
  ): Job {
    const { name, namespace, settings, site } = scope;
    const { pathologies, dataRevision } = site.federation;
    const folder = "/data";
    return new Job(
      `${name}-data-import-${worker}`,
      {
        ...podBasics(scope, "worker"),
        namespace,
        name: `${dataImportName}-${worker}`,
        podLabels: dataImportLabel,
        image: settings.images.worker,
        command: ["python3", `/opt/data-import/${script}`, folder, ...pathologies],
        env: { DATA_REVISION: dataRevision },
        runAsUser: exaflowUser,
        mounts: [
          { from: files, path: "/opt/data-import", readOnly: true },
          ...(volumes ? [{ from: volumes.csvs, path: folder, readOnly: true }] : []),
        ],
        resources: smallResources,
        // Trying again would find the same; the pod stays, and its log says what is wrong.
        backoffLimit: 0,
        restartPolicy: "Never",
      },
      { parent: this },
    );
  }
}

interface WorkerVolumes {
  readonly csvs: Storage;
  readonly db?: Storage;
  readonly credentials?: Storage;
}
