#!/bin/sh
# Makes a virtual environment at $1. Debian keeps the venv module in a package of its own.
set -eu
[ -x "$1/bin/python" ] && "$1/bin/python" -m pip --version >/dev/null 2>&1 && exit 0
python=${PYTHON:-python3}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "devbox needs Python 3.11 or newer; $python is $("$python" --version 2>&1)" >&2
  exit 1
}
"$python" -m venv "$1" >/dev/null 2>&1 && exit 0
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  echo "installing Debian's python3-venv" >&2
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv >&2
  rm -rf "$1"
  exec "$python" -m venv "$1"
fi
echo "the venv module is missing: sudo apt-get install python3-venv (Debian, Ubuntu), then make again" >&2
exit 1
