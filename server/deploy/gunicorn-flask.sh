#!/bin/sh
# One node of the Flask engine under Gunicorn:  gunicorn-flask.sh NAME PORT [gthread|gevent|eventlet]
#
#   for n in 1 2 3; do server/deploy/gunicorn-flask.sh n$n 880$n gevent & done
#
# Behind nginx (nginx.conf beside this), as with gunicorn.sh, and for the same reason one worker
# each: a worker has sessions of its own, which Gunicorn does not send their requests to. Settings
# come from the environment, as GRIDCLI_SERVE_<OPTION>; the same GRIDCLI_SERVE_MESSAGE_QUEUE makes
# the nodes hear each other. THREADS is for gthread alone: each player has one, and no more get in.
# Gunicorn 26 and newer have no eventlet worker: pip install 'gunicorn<26', or use
# gridcli serve --engine flask --async-mode eventlet.
set -eu
: "${1:?a name for the node, of a-z and 0-9}" "${2:?a port}"
export GRIDCLI_SERVE_NODE="$1"
# keep-alive: longer than nginx keeps a connection unused (60 s), or a request could meet its end.
# A WebSocket is a request that lasts: what has not ended after the graceful timeout is cut off.
exec "${PYTHON:-python3}" -m gunicorn --workers 1 --bind "127.0.0.1:$2" \
  -k "${3:-gthread}" --threads "${THREADS:-100}" --worker-connections 10000 \
  --keep-alive 75 --graceful-timeout 2 \
  'server.flask_app:create_app()'
