#!/bin/sh
# Install Debian packages for binaries that are missing, where this machine lets us: each argument
# is binary:package. What can't be installed is named; the tests that need it then skip.
set -u
missing=""
# Servers are in there, and not everybody looks there.
PATH="$PATH:/usr/sbin:/sbin"
for pair in "$@"; do
  command -v "${pair%%:*}" >/dev/null || missing="$missing ${pair#*:}"
done
[ -z "$missing" ] && exit 0

as_root=""
if [ "$(id -u)" != 0 ]; then
  if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then as_root="sudo -n"; else as_root="no"; fi
fi
if [ "$as_root" = no ] || ! command -v apt-get >/dev/null; then
  echo "not installed, and not ours to install:$missing (the tests that need them will skip)"
  exit 0
fi
echo "installing$missing ..."
$as_root apt-get update -qq && $as_root apt-get install -qq -y --no-install-recommends $missing >/dev/null ||
  echo "could not install$missing (the tests that need them will skip)"
