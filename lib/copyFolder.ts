import type { ContainerArgs, Mountable } from "./container";

const target = "/stackberth/copy";

/** An init container that fills an empty volume with a folder of the image. It needs `sh` and `cp`. */
export function copyFolder(
  { image, resources }: Pick<ContainerArgs, "image" | "resources">,
  folder: string,
  to: Mountable,
): ContainerArgs {
  return {
    image,
    resources,
    command: ["sh", "-euc", 'cp -R "$1/." "$2"', "copy-folder", folder, target],
    mounts: [{ from: to, path: target }],
  };
}

const script = `
from=$1 to=$2 partial=$2-partial-$(uname -n)
exists() { [ -e "$to/$1" ] || [ -L "$to/$1" ]; }
rm -rf "$partial"
mkdir -p "$to" "$partial"
cd "$from"
find . -type d | while IFS= read -r folder; do
  mkdir -p "$to/$folder"
done
find . ! -type d | while IFS= read -r file; do
  if exists "$file"; then continue; fi
  cp -P "$file" "$partial/file"
  # Another pod may have been faster.
  mv -n "$partial/file" "$to/$file" || exists "$file"
  rm -f "$partial/file"
done
rm -r "$partial"
`.trim();

/**
 * The command that copies to a lasting volume what is not there yet, and overwrites nothing. A file
 * appears whole: it is copied beside the folder, to a name that no other pod uses, and renamed. `cp -rn`
 * would leave a half-copied file as it is, and in coreutils 9.2 to 9.4 it fails on a file that exists.
 * It needs only POSIX sh and `mv -n`, which busybox has too.
 */
export function copyMissing(from: string, to: string): readonly string[] {
  return ["sh", "-euc", script, "copy-missing", from, to];
}
