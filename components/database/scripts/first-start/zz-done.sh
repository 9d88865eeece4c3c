# Sourced by the image's entrypoint as the last of all scripts; see start.sh.
rm -f "$DATA_DIR.first-start"
