#!/bin/sh
# Fills in the server's configuration and the page's, both in folders of the image, and starts nginx.
set -eu
envsubst '$PLATFORM_BACKEND_SERVER $PLATFORM_BACKEND_CONTEXT $NOTEBOOK_ENABLED $JUPYTER_SERVER $JUPYTER_CONTEXT' \
  </etc/nginx/templates/default.conf.template >/etc/nginx/conf.d/default.conf
mkdir -p /usr/share/nginx/html/assets
cat >/usr/share/nginx/html/assets/env.js <<END
window.__env = { BACKEND: "/$PLATFORM_BACKEND_CONTEXT", NOTEBOOK_ENABLED: "$NOTEBOOK_ENABLED" };
END
exec nginx -e stderr -g 'daemon off;'
