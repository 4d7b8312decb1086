#!/bin/bash
# Becomes a systemd of its own: PID 1 of new namespaces, with a network, /run, /opt, /var/lib and control groups apart
# from the machine's, which knows no unit but those of this test. Called as
#   unshare --mount --pid --fork --cgroup --ipc --uts --net --kill-child --propagation private boot.sh ...
# with: a folder of our own, the unit, the package's source, the interpreter's folder, its version, its packages.
set -eu
folder=$1 unit=$2 source=$3 python=$4 version=$5 packages=$6

mount -t proc proc /proc
ip link set lo up
umount -R /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup
mount -t tmpfs none /run
mount -t tmpfs none /var/lib

# Everything that the service may see is put where it is installed: home folders do not exist for it.
cp -a /etc "$folder/etc"
mount --bind "$folder/etc" /etc
mkdir -p "$folder/opt/python" "$folder/opt/packages"
mount --bind "$python" "$folder/opt/python"
mount --bind "$packages" "$folder/opt/packages"
mount --rbind "$folder/opt" /opt
export LD_LIBRARY_PATH=/opt/python/lib
/opt/python/bin/python"$version" -m venv --without-pip /opt/forum-bridge/venv
site=/opt/forum-bridge/venv/lib/python$version/site-packages
cp -r "$source" "$site/forum_bridge"
echo /opt/packages >"$site/packages.pth"
cat >/opt/forum-bridge/venv/bin/forum-bridge <<'SCRIPT'
#!/opt/forum-bridge/venv/bin/python
from forum_bridge.cli import main
main()
SCRIPT
chmod 755 /opt/forum-bridge/venv/bin/forum-bridge

units=/run/units
mkdir -p $units/forum-bridge.service.d /etc/forum-bridge
for each in sysinit basic shutdown umount network-online multi-user; do
  printf '[Unit]\nDefaultDependencies=no\n' >$units/$each.target
done
cp "$unit" $units/forum-bridge.service
cat >$units/forum-bridge.service.d/here.conf <<DROPIN
[Service]
Environment=LD_LIBRARY_PATH=/opt/python/lib
StandardOutput=append:$folder/log
StandardError=append:$folder/log
DROPIN
unset LD_LIBRARY_PATH

# As at a real boot: credentials are mounted by a helper, and have to reach the others in here.
mount --make-rshared /
exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin SYSTEMD_UNIT_PATH=$units SYSTEMD_GENERATOR_PATH=/none \
  /lib/systemd/systemd --unit=multi-user.target --log-target=console --show-status=no
