import { copyMissing } from "../../../lib/copyFolder";
import type { ContainerArgs } from "../../../lib/pod";

/** The image's folders that its entrypoint copies to the data volume, and where to in the environment. */
const seeds = {
  grammars: { from: "/usr/local/bots/grammars", to: "botssys/grammars" },
  usersys: { from: "/usr/local/bots/plugins/usersys", to: "usersys" },
} as const;

// An image may lack the folder. The entrypoint, too, replaces a link, which older versions made.
const once = `
from=$1 to=$2 marker=$3
shift 3
if [ -e "$marker" ] || ! [ -d "$from" ]; then exit 0; fi
if [ -L "$to" ]; then rm "$to"; fi
echo "copying what $to lacks from $from"
"$@"
: > "$marker"
rm -rf "$to"-partial-*
`.trim();

/**
 * The command that copies a folder of the image to the data volume, once. A marker beside the environment's
 * folders says that the copy is complete, so that a file that somebody deletes later stays deleted; an
 * interrupted copy goes on where it stopped. It overwrites nothing.
 *
 * @param marker - Path of the marker.
 */
export function seedCommand(from: string, to: string, marker: string): readonly string[] {
  return ["sh", "-euc", once, "seed", from, to, marker, ...copyMissing(from, to)];
}

/**
 * The init containers that seed the data volume. The entrypoint would copy only to an empty folder, and so
 * would never complete a copy that was interrupted.
 *
 * @param base - The image, with the data volume mounted.
 * @param folder - The environment's folder, as these containers see it.
 */
export function seedContainers(
  base: Omit<ContainerArgs, "command">,
  folder: string,
): Readonly<Record<string, ContainerArgs>> {
  return Object.fromEntries(
    Object.entries(seeds).map(([name, { from, to }]) => {
      const command = seedCommand(from, `${folder}/${to}`, `${folder}/.stackberth-seeded-${name}`);
      return [`seed-${name}`, { ...base, command }];
    }),
  );
}
