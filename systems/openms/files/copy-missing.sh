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
