import type { ContainerArgs, Mount } from "../../../lib/pod";
import { copyMissing } from "../../../lib/copyFolder";
import type { MapsSettings } from "../schema";
import { appFolder, databaseFile, dataFiles, dataFolders, volumeNames } from "./names";
import type { Volumes } from "./volumes";

/** Where the backend keeps its database. */
export const databasePath = ({ backend, volumes }: MapsSettings): string =>
  backend.variables["DATABASE_PATH"] ?? `${volumes.data.mountPath}/${databaseFile}`;

/** The five volumes, and what else the backend writes to, which is on the volume `data`. */
export function backendMounts(settings: MapsSettings, volumes: Volumes): Mount[] {
  const others = Object.entries({ ...dataFolders, ...dataFiles });
  return [
    ...volumeNames.map((name) => ({
      from: volumes[name],
      path: settings.volumes[name].mountPath,
    })),
    ...others.map(([subPath, path]) => ({ from: volumes.data, path, subPath })),
  ];
}

const volumeFolder = "/volume";

/**
 * Makes the folders and files that are mounted from the volume: those that the kubelet makes belong to
 * root. Each file begins as the image's, or as an empty list, and appears whole.
 */
const prepareScript = `
cd "$0"
mkdir -p ${Object.keys(dataFolders).join(" ")}
for file in "$@"; do
  if [ -e "$file" ]; then continue; fi
  if [ -f "${appFolder}/$file" ]; then cp "${appFolder}/$file" "$file.new"
  elif [ "$file" = ${databaseFile} ]; then continue
  else echo '{}' > "$file.new"; fi
  mv "$file.new" "$file"
done
`.trim();

const fillScript = 'if [ -d "$0" ]; then exec "$@"; fi';

/** What runs before the backend, with its image. */
export function initContainers(
  settings: MapsSettings,
  volumes: Volumes,
): Readonly<Record<string, ContainerArgs>> {
  const { image, resources, variables } = settings.backend;
  const files = [
    ...Object.keys(dataFiles),
    // The backend itself copies it to another path.
    ...("DATABASE_PATH" in variables ? [] : [databaseFile]),
  ];
  const run = (from: ContainerArgs["mounts"], command: readonly string[]): ContainerArgs => ({
    image,
    resources,
    command,
    mounts: from ?? [],
  });
  const filled = volumeNames.filter((name) => settings.volumes[name].fill);
  return {
    "prepare-data": run(
      [{ from: volumes.data, path: volumeFolder }],
      ["sh", "-euc", prepareScript, volumeFolder, ...files],
    ),
    ...Object.fromEntries(
      filled.map((name) => {
        const from = settings.volumes[name].mountPath;
        // The dot keeps what is half copied on the volume, where a file can be renamed.
        const copy = copyMissing(from, `${volumeFolder}/.`);
        return [
          `fill-${name}`,
          run(
            [{ from: volumes[name], path: volumeFolder }],
            ["sh", "-euc", fillScript, from, ...copy],
          ),
        ];
      }),
    ),
  };
}
