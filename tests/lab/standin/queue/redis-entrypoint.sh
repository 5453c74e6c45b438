#!/bin/sh
# What the official image's start does: options alone are the server's, and root gives its rights away.
set -e
if [ "${1#-}" != "$1" ] || [ "${1%.conf}" != "$1" ]; then
    set -- redis-server "$@"
fi
if [ "$1" = redis-server ] && [ "$(id -u)" = 0 ]; then
    find . \! -user redis -exec chown redis '{}' +
    exec /usr/bin/setpriv --reuid redis --regid redis --clear-groups "$0" "$@"
fi
if [ "$(umask)" = 0022 ]; then
    umask 0077
fi
if [ "$1" = redis-server ]; then
    # the official server is built with protected mode off; Debian's is not
    case "$*" in *protected-mode*) ;; *) set -- "$@" --protected-mode no ;; esac
fi
exec "$@"
