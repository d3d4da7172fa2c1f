#!/bin/sh
# Installs a Bee as a service of this machine, brings an installed one up to date, or removes it.
# Queen serves this file with the values between the at signs filled in; the machine needs no internet.
set -eu

ORIGIN='@ORIGIN@'
PIN='@PIN@'
BROKER='@BROKER@'
PLATFORM='@PLATFORM@'
VERSION='@VERSION@'
SHA256_BEE='@SHA256_BEE@'
SHA256_NODE='@SHA256_NODE@'

HOME_DIR=/opt/apiary-bee
DATA_DIR=/var/lib/apiary-bee
CONFIG_DIR=/etc/apiary-bee
CONFIG=$CONFIG_DIR/bee.env
UNIT=/etc/systemd/system/apiary-bee.service
SCRIPT=/etc/init.d/apiary-bee
ROTATION=/etc/logrotate.d/apiary-bee
ACCOUNT=apiary-bee

usage() {
  cat <<'TEXT'
install-bee.sh [--broker URL] [--allow ROOT[:ROOT…]] [--listen WHERE] [--node FILE] [--no-start]
install-bee.sh --uninstall [--purge]

  --broker URL   the broker, where it is not the one of the Hive that served this file
  --allow ROOTS  folders that the Bee may read files from, at the first installation [/var/log]
  --listen WHERE where targets such as syslog may listen, at the first installation, e.g. any or 0.0.0.0:514 [loopback]
  --node FILE    a Node 24 of this machine, where the Hive's own does not run here
  --no-start     installs the service and leaves it stopped
  --uninstall    stops and removes the Bee; its key and what it has not sent yet stay
  --purge        removes those as well
TEXT
}

fail() {
  echo "install-bee: $1" >&2
  exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

runs_systemd() { [ -d /run/systemd/system ]; }

fetch() {
  if has curl; then
    if [ -n "$PIN" ]; then
      curl -fsSk --pinnedpubkey "$PIN" -o "$2" "$ORIGIN/$1"
    else
      curl -fsS -o "$2" "$ORIGIN/$1"
    fi
  elif has wget && [ -z "$PIN" ]; then
    wget -q -O "$2" "$ORIGIN/$1"
  else
    fail 'curl is missing: install it first'
  fi || fail "$ORIGIN/$1 could not be fetched"
}

check() {
  sum=$(sha256sum "$1" | cut -d ' ' -f 1)
  [ "$sum" = "$2" ] || fail "$3 did not arrive whole; run this again"
}

platform_here() {
  case $(uname -m) in
    x86_64 | amd64) machine=x64 ;;
    aarch64 | arm64) machine=arm64 ;;
    *) machine=$(uname -m) ;;
  esac
  echo "$(uname -s | tr '[:upper:]' '[:lower:]')-$machine"
}

stop_service() {
  if runs_systemd && [ -e "$UNIT" ]; then
    systemctl stop apiary-bee 2>/dev/null || true
  elif [ -x "$SCRIPT" ]; then
    "$SCRIPT" stop >/dev/null || true
  fi
}

start_service() {
  if runs_systemd; then
    systemctl daemon-reload
    systemctl enable --quiet apiary-bee
    systemctl restart apiary-bee
  else
    "$SCRIPT" restart
  fi
}

make_account() {
  if ! id "$ACCOUNT" >/dev/null 2>&1; then
    has useradd || fail "useradd is missing: make the system user $ACCOUNT first"
    shell=/usr/sbin/nologin
    [ -x "$shell" ] || shell=/bin/false
    useradd --system --user-group --home-dir "$DATA_DIR" --no-create-home --shell "$shell" "$ACCOUNT"
  fi
  # Those who may read logs on Debian and its kin, and the journal.
  for group in adm systemd-journal; do
    if grep -q "^$group:" /etc/group && has usermod; then usermod -aG "$group" "$ACCOUNT"; fi
  done
  mkdir -p "$DATA_DIR"
  chown "$ACCOUNT:$ACCOUNT" "$DATA_DIR"
  chmod 0700 "$DATA_DIR"
}

# What the owner of this machine set stays; only the address of the broker is ours.
write_config() {
  mkdir -p "$CONFIG_DIR"
  if [ -e "$CONFIG" ]; then
    grep -v '^APIARY_BROKER=' "$CONFIG" >"$CONFIG.new" || true
  else
    cat >"$CONFIG.new" <<TEXT
# The Bee of this machine. After a change: restart the service apiary-bee.
# Folders that files may be read from, separated by colons.
APIARY_ALLOW=$ALLOW
# Where targets such as syslog may listen: any, none, loopback, ADDRESS[:PORT[-PORT]], with commas between them.
APIARY_LISTEN=$LISTEN
# Folders of monitoring plugins that checks may run, and whether they may be given arguments.
#APIARY_CHECKS=/usr/lib/nagios/plugins
#APIARY_CHECK_ARGUMENTS=false
APIARY_DATA=$DATA_DIR
TEXT
  fi
  # Quoted, as systemd and sh both read it.
  echo "APIARY_BROKER='$BROKER'" >>"$CONFIG.new"
  chown "root:$ACCOUNT" "$CONFIG.new"
  chmod 0640 "$CONFIG.new"
  mv "$CONFIG.new" "$CONFIG"
}

write_unit() {
  mkdir -p "$(dirname "$UNIT")"
  cat >"$UNIT" <<TEXT
[Unit]
Description=Apiary Bee: ships the logs of this machine
After=network.target

[Service]
User=$ACCOUNT
EnvironmentFile=$CONFIG
ExecStart=$HOME_DIR/node --max-semi-space-size=1 $HOME_DIR/bee.mjs
Environment=MALLOC_ARENA_MAX=2 NODE_COMPILE_CACHE=$DATA_DIR/compile-cache
Restart=always
RestartSec=2
MemoryHigh=512M
LimitNOFILE=65536
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RestrictRealtime=yes
CapabilityBoundingSet=
ReadWritePaths=$DATA_DIR

[Install]
WantedBy=multi-user.target
TEXT
}

write_script() {
  cat >"$SCRIPT" <<TEXT
#!/bin/sh
### BEGIN INIT INFO
# Provides:          apiary-bee
# Required-Start:    \$remote_fs \$network
# Required-Stop:     \$remote_fs \$network
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: ships the logs of this machine
### END INIT INFO
pidfile=/run/apiary-bee.pid
log=$DATA_DIR/bee.log
running() {
  [ -s "\$pidfile" ] && grep -q bee.mjs "/proc/\$(cat "\$pidfile")/cmdline" 2>/dev/null
}
start() {
  if running; then echo 'apiary-bee runs already'; return 0; fi
  set -a
  . $CONFIG
  set +a
  export MALLOC_ARENA_MAX=2 NODE_COMPILE_CACHE=$DATA_DIR/compile-cache
  touch "\$log"
  chown $ACCOUNT:$ACCOUNT "\$log"
  # It starts again what ends, as systemd does where that runs.
  start-stop-daemon --start --quiet --background --make-pidfile --pidfile "\$pidfile" \\
    --chuid $ACCOUNT --startas /bin/sh -- -c '
      child=
      end() { kill "\$child"; wait; exit 0; }
      trap end TERM INT
      while :; do
        if [ "\$(stat -c %s '"\$log"')" -gt 1048576 ]; then mv '"\$log"' '"\$log"'.1; fi
        $HOME_DIR/node --max-semi-space-size=1 $HOME_DIR/bee.mjs >>'"\$log"' 2>&1 &
        child=\$!
        wait \$child
        sleep 2
      done'
  echo 'apiary-bee started'
}
stop() {
  if running; then
    start-stop-daemon --stop --quiet --retry TERM/15/KILL/5 --pidfile "\$pidfile"
  fi
  # A Bee whose keeper was killed.
  start-stop-daemon --stop --quiet --oknodo --retry KILL/5 --user $ACCOUNT --exec $HOME_DIR/node
  rm -f "\$pidfile"
  echo 'apiary-bee stopped'
}
case \${1:-} in
  start) start ;;
  stop) stop ;;
  restart | force-reload) stop; start ;;
  status) if running; then echo 'apiary-bee runs'; else echo 'apiary-bee does not run'; exit 3; fi ;;
  *) echo "usage: \$0 start|stop|restart|status" >&2; exit 2 ;;
esac
TEXT
  chmod 0755 "$SCRIPT"
  if [ -d /etc/logrotate.d ]; then
    cat >"$ROTATION" <<TEXT
$DATA_DIR/bee.log {
  su $ACCOUNT $ACCOUNT
  size 1M
  rotate 1
  copytruncate
  missingok
}
TEXT
  fi
  if has update-rc.d; then update-rc.d apiary-bee defaults >/dev/null 2>&1 || true; fi
}

uninstall() {
  if [ ! -d "$HOME_DIR" ] && [ ! -d "$DATA_DIR" ]; then
    echo 'There is no Bee here.'
    return 0
  fi
  stop_service
  if runs_systemd && [ -e "$UNIT" ]; then systemctl disable --quiet apiary-bee || true; fi
  rm -f "$UNIT" "$SCRIPT" "$ROTATION" /run/apiary-bee.pid
  if runs_systemd; then systemctl daemon-reload; fi
  if has update-rc.d; then update-rc.d apiary-bee remove >/dev/null 2>&1 || true; fi
  rm -rf "$HOME_DIR"
  if [ "$PURGE" = yes ]; then
    rm -rf "$DATA_DIR" "$CONFIG_DIR"
    if id "$ACCOUNT" >/dev/null 2>&1; then userdel "$ACCOUNT"; fi
    echo 'The Bee is removed, with its key.'
  else
    echo "The Bee is removed. Its key stays in $DATA_DIR and its settings in $CONFIG_DIR; --purge removes them."
  fi
}

install_bee() {
  if [ -z "$NODE" ] && [ "$(platform_here)" != "$PLATFORM" ]; then
    fail "the Hive's Node is for $PLATFORM, this is $(platform_here): install Node 24 here and give --node FILE"
  fi
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  echo "Installing Bee $VERSION…"
  fetch install/bee.mjs "$work/bee.mjs"
  check "$work/bee.mjs" "$SHA256_BEE" 'the Bee'
  fetch install-bee.sh "$work/install-bee.sh"
  if [ -n "$NODE" ]; then
    cp "$NODE" "$work/node"
  elif [ -e "$HOME_DIR/node" ] && [ "$(sha256sum "$HOME_DIR/node" | cut -d ' ' -f 1)" = "$SHA256_NODE" ]; then
    cp "$HOME_DIR/node" "$work/node"
  else
    fetch install/node "$work/node"
    check "$work/node" "$SHA256_NODE" 'Node'
  fi
  chmod 0755 "$work/node"
  "$work/node" "$work/bee.mjs" --help >/dev/null || fail 'Node does not run on this machine'
  make_account
  stop_service
  mkdir -p "$HOME_DIR"
  chmod 0755 "$HOME_DIR"
  for file in node bee.mjs install-bee.sh; do
    cp "$work/$file" "$HOME_DIR/$file.new"
    mv "$HOME_DIR/$file.new" "$HOME_DIR/$file"
  done
  chmod 0755 "$HOME_DIR/node"
  write_config
  if runs_systemd; then
    rm -f "$SCRIPT"
    write_unit
  else
    has start-stop-daemon || fail 'neither systemd nor start-stop-daemon is here'
    write_script
  fi
  if [ "$START" = yes ]; then start_service; fi
  echo "Done. The Bee waits until somebody approves it: ./apiary agents approve $(uname -n)"
}

main() {
  ALLOW=/var/log
  LISTEN=loopback
  NODE=
  START=yes
  PURGE=no
  TASK=install
  while [ $# -gt 0 ]; do
    case $1 in
      --broker) BROKER=${2:?--broker needs an address}; shift ;;
      --allow) ALLOW=${2:?--allow needs folders}; shift ;;
      --listen) LISTEN=${2:?--listen needs a place}; shift ;;
      --node) NODE=${2:?--node needs a file}; shift ;;
      --no-start) START=no ;;
      --uninstall) TASK=uninstall ;;
      --purge) PURGE=yes ;;
      --help) usage; exit 0 ;;
      *) usage >&2; exit 2 ;;
    esac
    shift
  done
  [ "$(id -u)" = 0 ] || fail 'this needs root: put sudo before sh'
  if [ "$TASK" = uninstall ]; then
    uninstall
  else
    [ "$(uname -s)" = Linux ] || fail 'on this system the service is set up by hand: docs/guides/installing-bees.md'
    case $BROKER in
      amqp://* | amqps://*) install_bee ;;
      *) fail 'the Hive does not know its broker: give --broker URL' ;;
    esac
  fi
}

# Last, so that a script that did not arrive whole does nothing.
main "$@"
