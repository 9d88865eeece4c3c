// `cp -rn` would leave a half copied file as it is, and with coreutils 9.2 to 9.4 it fails on any that is there.
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
 * The command that copies what is not there yet; nothing that is there is changed. A file appears whole:
 * it is copied beside the folder, to a name of the pod's own, and renamed. It needs no more than
 * POSIX sh and `mv -n`, so that coreutils and busybox will do.
 */
export function copyMissing(from: string, to: string): readonly string[] {
  return ["sh", "-euc", script, "copy-missing", from, to];
}
