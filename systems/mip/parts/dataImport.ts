import * as pulumi from "@pulumi/pulumi";
import { ConfigMap, Job, type Storage } from "../../../components";
import { type Capacity, sumCapacity } from "../../../lib/capacity";
import type { VolumeShape } from "./cluster";
import { adapted, createVolume, type FederationContext, podBasics } from "./context";
import { systemFile } from "../../files";
import { dataImportLabel, exaflowUser, names } from "./names";
import { smallResources } from "./sizes";

const script = "validate_data.py";
const dataPath = "/data";

/**
 * The workers' claims, and a Job for each worker that validates its data. A worker with CSVs that do not
 * fit their metadata would start, then fail or give wrong results when somebody queries it.
 */
export class DataImport extends pulumi.ComponentResource {
  readonly jobs: readonly Job[];
  readonly capacity: Capacity;

  constructor(context: FederationContext, opts: pulumi.ComponentResourceOptions) {
    super("stackberth:systems:MipDataImport", `${context.name}-data-import`, {}, opts);
    const { namespace, federation, cluster } = context;
    const files = new ConfigMap(
      `${context.name}-data-import-script`,
      { namespace, name: names.dataImport, data: { [script]: systemFile("mip", script) } },
      { parent: this },
    );
    const { csvs, db, credentials } = cluster;
    const workers = Array.from({ length: federation.localnodes }, (_, worker) => {
      const data = this.createClaim(context, "csvs", worker, csvs);
      const others = [
        ...(db ? [this.createClaim(context, "db", worker, db)] : []),
        ...(credentials ? [this.createClaim(context, "credentials", worker, credentials)] : []),
      ];
      return { job: this.createJob(context, files, worker, data), volumes: [data, ...others] };
    });
    this.jobs = workers.map(({ job }) => job);
    const volumes = workers.flatMap((worker) => worker.volumes);
    this.capacity = sumCapacity(volumes.map(({ capacity }) => capacity));
    this.registerOutputs({});
  }

  /** A claim of the name that the StatefulSet would give it, so that the StatefulSet uses this one. */
  private createClaim(
    context: FederationContext,
    volume: string,
    worker: number,
    shapeOf: (worker: number) => VolumeShape,
  ): Storage {
    const claimName = `${volume}-${names.localworker}-${worker}`;
    const name = `${volume}-${worker}`;
    return createVolume(context, { name, claimName, shape: shapeOf(worker) }, this);
  }

  private createJob(
    context: FederationContext,
    files: ConfigMap,
    worker: number,
    csvs: Storage,
  ): Job {
    const { pathologies, dataRevision } = context.federation;
    return new Job(
      `${context.name}-data-import-${worker}`,
      adapted(context, "dataImport", {
        ...podBasics(context, "worker"),
        name: `${names.dataImport}-${worker}`,
        podLabels: dataImportLabel,
        image: context.settings.images.worker,
        command: ["python3", `/opt/data-import/${script}`, dataPath, ...pathologies],
        env: { DATA_REVISION: dataRevision },
        runAsUser: exaflowUser,
        mounts: [
          { from: files, path: "/opt/data-import", readOnly: true },
          { from: csvs, path: dataPath, readOnly: true },
        ],
        resources: smallResources,
        // A retry would find the same faults; the pod stays, and its log says what is wrong.
        backoffLimit: 0,
        restartPolicy: "Never" as const,
      }),
      { parent: this },
    );
  }
}
