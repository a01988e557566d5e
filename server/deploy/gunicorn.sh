#!/bin/sh
# One node under Gunicorn, behind nginx (nginx.conf beside this):  gunicorn.sh NAME PORT
#
#   for n in 1 2 3; do server/deploy/gunicorn.sh n$n 880$n & done
#
# A Gunicorn worker is a node, with a name and players of its own, so each Gunicorn has one worker
# and one port, and nginx chooses among them. (Several nodes behind one port without nginx:
# gridcli serve --workers N.) Settings come from the environment, as GRIDCLI_SERVE_<OPTION>.
set -eu
: "${1:?a name for the node, of a-z and 0-9}" "${2:?a port}"
export GRIDCLI_SERVE_NODE="$1"
# nginx on this machine says who the clients are.
export GRIDCLI_SERVE_TRUSTED_PROXIES="${GRIDCLI_SERVE_TRUSTED_PROXIES-127.0.0.1}"
# keep-alive: longer than nginx keeps a connection unused (60 s), or a request could meet its end.
exec "${PYTHON:-python3}" -m gunicorn --workers 1 --bind "127.0.0.1:$2" \
  -k aiohttp.GunicornUVLoopWebWorker --keep-alive 75 --graceful-timeout 10 \
  'server.app:create_app()'
