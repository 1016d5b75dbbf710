# What a household does with the package, in the root of a fresh Debian, as root. /package has first.deb, second.deb
# (a later version, whose default settings changed) and gas.csv. Nothing of systemd runs here: what it would do at
# the start of the service is done by hand.
set -eu

fail() {
	echo "error: $*" >&2
	exit 1
}
# Owner, group and mode of a file.
owned() {
	[ "$(stat -c '%U:%G %a' "$1")" = "$2" ] || fail "$1 is $(stat -c '%U:%G %a' "$1") and not $2"
}
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

echo "-- installed"
dpkg --install /package/first.deb
# At the start of a machine, or at once where one runs.
systemd-tmpfiles --create watteau.conf
owned /var/lib/watteau "watteau:watteau 750"
owned /var/lib/watteau/inbox/grdf "watteau:watteau 2770"
owned /var/lib/watteau/inbox "watteau:watteau 2770"
owned /etc/watteau/watteau.toml "root:root 644"
[ -L /etc/systemd/system/multi-user.target.wants/watteau.service ] || fail "the service is not enabled"
[ ! -e /etc/systemd/system/sockets.target.wants/watteau-http.socket ] || fail "the socket is enabled unasked"
[ "$(getent passwd watteau | cut -d: -f7)" = /usr/sbin/nologin ] || fail "somebody can log in as watteau"
watteau check >/dev/null || fail "the settings that ship are wrong"
gzip -dc /usr/share/man/man1/watteau-import.1.gz | grep -q dry || fail "the manual of import says nothing"
bash -c '. /usr/share/bash-completion/completions/watteau && complete -p watteau' >/dev/null || fail "no completion"

echo "-- at work"
cat >/etc/watteau/conf.d/gas.toml 2>/dev/null <<-'SETTINGS' || fail "there is no conf.d"
	[connectors.gas]
	plugin = "grdf"
	watch = "/var/lib/watteau/inbox/grdf"
SETTINGS
install -d -o watteau -g watteau -m 750 /run/watteau
start() {
	WATTEAU_SERVER__LISTEN=127.0.0.1:0 setpriv --reuid watteau --regid watteau --clear-groups \
		watteau run --config /etc/watteau/watteau.toml 2>/tmp/journal &
	daemon=$!
	for _ in $(seq 100); do
		[ -S /run/watteau/watteau.sock ] && return
		sleep 0.1
	done
	fail "it does not start: $(cat /tmp/journal)"
}
stop() {
	kill "$daemon"
	wait "$daemon" || fail "it did not stop well: $(cat /tmp/journal)"
}
start
# Somebody of the household, by the group alone.
useradd --groups watteau alice
su alice -c 'cp /package/gas.csv /var/lib/watteau/inbox/grdf/ && mkdir /var/lib/watteau/inbox/water'
[ "$(stat -c %G /var/lib/watteau/inbox/water)" = watteau ] || fail "a folder made there is not the group's"
owned /var/lib/watteau/inbox/grdf/gas.csv "alice:watteau 644"
for _ in $(seq 200); do
	su alice -c 'watteau points gas.period_energy --format csv' >/tmp/before 2>/dev/null || true
	[ "$(wc -l </tmp/before)" -gt 3 ] && break
	sleep 0.1
done
[ "$(wc -l </tmp/before)" -gt 3 ] || fail "the dropped file was not read: $(cat /tmp/journal)"
if su nobody -s /bin/sh -c 'watteau series' >/dev/null 2>&1; then fail "a stranger may use the commands"; fi
stop

echo "-- upgraded"
sed -i 's/^# A home.*//' /etc/watteau/watteau.toml
echo '# ours' >>/etc/watteau/watteau.toml
dpkg --force-confdef --force-confold --install /package/second.deb
dpkg --status watteau | grep -q '^Version: .*later' || fail "it was not upgraded"
grep -q '^# ours' /etc/watteau/watteau.toml || fail "the upgrade lost our settings"
start
su alice -c 'watteau points gas.period_energy --format csv' >/tmp/after
cmp /tmp/before /tmp/after || fail "the upgrade changed readings"
stop

echo "-- removed"
dpkg --remove watteau
[ -e /etc/watteau/watteau.toml ] || fail "removing took the settings"
[ -e /var/lib/watteau/watteau.redb ] || fail "removing took the readings"

echo "-- purged by somebody who says nothing"
dpkg --purge watteau
[ ! -e /etc/watteau/watteau.toml ] || fail "purging left the settings"
[ -e /var/lib/watteau/watteau.redb ] || fail "purging took the readings unasked"

echo "-- installed again, on the readings that were left"
dpkg --install /package/second.deb
systemd-tmpfiles --create watteau.conf
owned /var/lib/watteau "watteau:watteau 750"
[ -e /var/lib/watteau/watteau.redb ] || fail "installing took the readings"

echo "-- purged by somebody who says that the readings may go"
echo 'watteau watteau/remove-readings boolean true' | debconf-set-selections
dpkg --purge watteau
[ ! -e /var/lib/watteau ] || fail "the readings are still there"
