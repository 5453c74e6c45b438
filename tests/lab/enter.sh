#!/bin/sh
# enter.sh ROOT RUN DATA COMMAND...: become COMMAND inside ROOT, with RUN and DATA of the outer root at their places.
# Started in a mount namespace of its own. pivot_root, since a container's root can not be mounted from a chroot;
# /sys with all that is mounted below, since the cgroup hierarchies are there.
set -eu
root=$1 run=$2 data=$3
shift 3
mount --make-rprivate /
mount --bind "$root" "$root"
mount --rbind /sys "$root/sys"
mount --rbind /proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mkdir -p "$root/$run" "$root/$data" "$root/run/lock"
mount --bind "$run" "$root/$run"
mount --bind "$data" "$root/$data"
cp -L /etc/hosts /etc/resolv.conf "$root/etc/" 2>/dev/null || true
cd "$root"
pivot_root . .
umount -l .
exec "$@"
