import type { BadSetting } from "../cases";
import { good, publicImage } from "./good";

const external = (changes: object): Readonly<Record<string, unknown>> => ({
  database: { ...good.database, ...changes },
});
const managed = (changes: object): Readonly<Record<string, unknown>> => ({
  database: { type: "managed", ...changes },
});
const ini = (
  section: string,
  option: string,
  value: unknown,
): Readonly<Record<string, unknown>> => ({
  files: { botsIni: { [section]: { [option]: value } } },
});
const nfs = { server: "nfs.example.org", path: "/export/edi" };

/** Faults in the database, volumes and files. */
export const data: readonly BadSetting[] = [
  {
    title: "the administrator as user",
    changes: managed({ user: "root" }),
    key: "database.user",
    says: /an administrator's; write .*none of root, postgres/,
  },
  {
    title: "a system database",
    changes: managed({ name: "mysql" }),
    key: "database.name",
    says: /a system database; write/,
  },
  {
    title: "a dump of another server",
    changes: managed({ engine: "mysql", restoreFrom: "a.dump.gz" }),
    key: "database.restoreFrom",
    says: /NAME\.sql\.gz, without a folder, for mysql/,
  },
  {
    title: "a request that cannot be part of a file name",
    changes: managed({ restoreRequest: "a,b" }),
    key: "database.restoreRequest",
    says: /not a part of a file name; write letters/,
  },
  { title: "missing image", changes: { image: undefined }, key: "image", says: /is missing/ },
  {
    title: "image latest",
    changes: { image: "bots:latest" },
    key: "image",
    says: /not `latest`/,
  },
  {
    title: "missing database",
    changes: { database: undefined },
    key: "database",
    says: /is missing/,
  },
  {
    title: "unknown kind of database",
    changes: { database: { type: "sqlite" } },
    key: "database.type",
    says: /must be one of external, managed/,
  },
  {
    title: "external database without host",
    changes: external({ host: undefined }),
    key: "database.host",
    says: /is missing/,
  },
  {
    title: "unknown database engine",
    changes: external({ engine: "oracle" }),
    key: "database.engine",
    says: /mysql, postgresql/,
  },
  {
    title: "database name with a hyphen",
    changes: external({ name: "bots-data" }),
    key: "database.name",
    says: /letters, digits and _/,
  },
  {
    title: "host of a managed database",
    changes: managed({ host: "mysql.example.org" }),
    key: "database.host",
    says: /unknown key/,
  },
  {
    title: "dumps kept for zero days",
    changes: external({ backup: { retentionDays: 0 } }),
    key: "database.backup.retentionDays",
    says: /at least 1/,
  },
  {
    title: "unknown access mode",
    changes: { volumes: { accessMode: "RWX" } },
    key: "volumes.accessMode",
    says: /ReadWriteMany, ReadWriteOnce/,
  },
  {
    title: "unknown ownership",
    changes: { volumes: { ownership: "root" } },
    key: "volumes.ownership",
    says: /fsGroup, none, chown/,
  },
  {
    title: "chown without Pod Security baseline",
    changes: { volumes: { ownership: "chown" } },
    key: "volumes.ownership",
    says: /podSecurity baseline/,
  },
  {
    title: "NFS together with a storage class",
    changes: { volumes: { nfs, storageClassName: "t1-shiva-nfs" } },
    key: "volumes.storageClassName",
    says: /together with `volumes\.nfs`/,
  },
  {
    title: "NFS together with an existing claim",
    changes: { volumes: { nfs, data: { existingClaim: "old" } } },
    key: "volumes.data.existingClaim",
    says: /together with `volumes\.nfs`/,
  },
  {
    title: "relative NFS path",
    changes: { volumes: { nfs: { ...nfs, path: "export" } } },
    key: "volumes.nfs.path",
    says: /absolute path/,
  },
  {
    title: "volume size that is not a quantity",
    changes: { volumes: { data: { size: "20 GB" } } },
    key: "volumes.data.size",
    says: /quantity/,
  },
  {
    title: "port of the web server in bots.ini",
    changes: ini("webserver", "Port", 9000),
    key: "files.botsIni.webserver.Port",
    says: /the Service and the probes use port 8080/,
  },
  {
    title: "host of the job queue in bots.ini",
    changes: ini("jobqueue", "host", "elsewhere"),
    key: "files.botsIni.jobqueue.host",
    says: /set `jobQueue\.host`/,
  },
  {
    title: "value on two lines in bots.ini",
    changes: ini("settings", "limit", "30\n[webserver]"),
    key: "files.botsIni.settings.limit",
    says: /one line/,
  },
  {
    title: "a secret in settings.py",
    changes: { files: { settings: { SECRET_KEY: "x" } } },
    key: "files.settings.SECRET_KEY",
    says: /botsDjangoSecretKey/,
  },
  {
    title: "a Django setting in lower case",
    changes: { files: { settings: { debug: true } } },
    key: "files.settings.debug",
    says: /in capitals/,
  },
  {
    title: "image updates for an image without a registry",
    changes: { image: "bots:4.0.0", imageUpdates: {} },
    key: "image",
    says: /registry and a tag/,
  },
  {
    title: "PostgreSQL with the public image",
    changes: { image: publicImage, ...external({ engine: "postgresql" }) },
    key: "database.engine",
    says: /an image with a PostgreSQL driver, because the public image has only mysqlclient/,
  },
  {
    title: "a managed PostgreSQL with the public image",
    changes: { image: publicImage, ...managed({ engine: "postgresql" }) },
    key: "database.engine",
    says: /allowed: mysql, or an image with a PostgreSQL driver/,
  },
  {
    title: "three faults with the public image at once",
    changes: {
      image: publicImage,
      web: { healthPath: "/health", metricsPath: "/metrics" },
      ...managed({ engine: "postgresql" }),
    },
    key: "database.engine",
    says: /mysqlclient/,
    problems: 3,
  },
  {
    title: "environment outside its folder",
    changes: { environment: "../default" },
    key: "environment",
    says: /letters, digits, - and _/,
  },
];
