#!/usr/bin/env bash
# Records samples/docker-events.ndjson and tests/data/docker/evasive-container*.ndjson from a real Docker engine.
#
# The engine is this script's own: a second dockerd with its own data, run and socket folders, which is stopped and removed
# at the end. Nothing on the machine's own engine is touched. What is written is what `GET /events` of the Engine API said,
# and, joined to each container `create`, what `GET /containers/<id>/json` said at that moment.
#
# Needs root, curl, docker.io and busybox-static. Usage: scripts/record-docker-sample.sh [OUT_DIR]
# With ORDINARY_RUNS=N it also does N ordinary runs and writes OUT_DIR/ordinary/docker-events.ndjson (not kept as a sample: it is large).
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
out="${1:-$root}"

[ "$(id -u)" = 0 ] || { echo "record-docker-sample: needs root, to start a Docker engine of its own" >&2; exit 2; }
for tool in dockerd docker curl busybox tar; do
    command -v "$tool" >/dev/null || { echo "record-docker-sample: '$tool' is missing (apt-get install docker.io busybox-static curl)" >&2; exit 2; }
done

work="$(mktemp -d /tmp/waterguard-docker.XXXXXX)"
chmod 711 "$work"
socket="$work/docker.sock"
api() { curl -sS --fail-with-body --unix-socket "$socket" "http://docker$1"; }
engine() { DOCKER_HOST="unix://$socket" docker "$@"; }
say() { echo "[$(date -u +%H:%M:%S)] $*" >&2; }

engine_pid= recorder_pid=
stop_all() {
    [ -z "$recorder_pid" ] || kill "$recorder_pid" 2>/dev/null || true
    if [ -n "$engine_pid" ] && kill "$engine_pid" 2>/dev/null; then wait "$engine_pid" 2>/dev/null || true; fi
    awk -v w="$work/" 'index($2, w) == 1 { print $2 }' /proc/mounts | sort -r | while read -r m; do umount -l "$m" || true; done
    rm -rf "$work"
    [ -n "${had_socket-1}" ] || rmdir /var/run/docker.sock 2>/dev/null || true
}
trap stop_all EXIT

# --- the engine -------------------------------------------------------------------------------------------------------
# vfs needs nothing of the kernel; no bridge and no iptables leave the host's network as it is.
dockerd --data-root "$work/data" --exec-root "$work/exec" --pidfile "$work/dockerd.pid" --host "unix://$socket" \
        --storage-driver vfs --bridge none --iptables=false --ip-forward=false >"$work/dockerd.log" 2>&1 &
engine_pid=$!
for _ in $(seq 1 60); do
    api /_ping >/dev/null 2>&1 && break
    kill -0 "$engine_pid" 2>/dev/null || { tail -5 "$work/dockerd.log" >&2; exit 1; }
    sleep 0.5
done
api /_ping >/dev/null
say "engine $(engine version --format '{{.Server.Version}}'), API $(engine version --format '{{.Server.APIVersion}}')"

# --- two images, made from nothing ------------------------------------------------------------------------------------
mkdir -p "$work/rootfs/bin" "$work/rootfs/etc" "$work/rootfs/tmp"
cp "$(readlink -f "$(command -v busybox)")" "$work/rootfs/bin/busybox"
for applet in sh sleep id cat ls true echo env; do ln -s busybox "$work/rootfs/bin/$applet"; done
echo 'root:x:0:0:root:/:/bin/sh' >"$work/rootfs/etc/passwd"
tar -C "$work/rootfs" -cf "$work/rootfs.tar" .
engine import --change 'CMD ["/bin/sleep","600"]' "$work/rootfs.tar" suspicious_image >/dev/null
engine import --change 'CMD ["/bin/sleep","600"]' --change 'LABEL org.opencontainers.image.title=tide-api' \
       "$work/rootfs.tar" harbour.example/tide-api:1.4.0 >/dev/null

# --- the recorder -----------------------------------------------------------------------------------------------------
# Joined by text, not by a JSON tool: an event's timeNano has 19 digits, and tools that go through doubles lose some.
record() {
    local line id document
    curl -sSN --unix-socket "$socket" "http://docker/events?since=$1" | while IFS= read -r line; do
        case "$line" in
            *'"Type":"container","Action":"create"'*)
                id="${line#*\"Actor\":\{\"ID\":\"}"; id="${id%%\"*}"
                if document="$(api "/containers/$id/json" 2>/dev/null)"; then line="${line%\}},\"inspect\":$document}"; fi ;;
        esac
        printf '%s\n' "$line" >>"$2"
    done
}
start_recording() {
    : >"$1"
    set -m                               # a process group of its own, so that curl ends with it
    record "$(date +%s.%N)" "$1" &
    recorder_pid=-$!
    set +m
    sleep 1
}
stop_recording() { sleep 2; kill -- "$recorder_pid" 2>/dev/null || true; recorder_pid=; }
attempt() { "$@" >/dev/null 2>"$work/attempt.log" || say "the engine answered: $(tail -1 "$work/attempt.log") ($*)"; }

# --- exactly the documented command -----------------------------------------------------------------------------------
start_recording "$work/evasive.ndjson"
engine run -d --name evasive_container --network host suspicious_image >/dev/null
stop_recording
say "evasive-container.ndjson: $(wc -l <"$work/evasive.ndjson") events"
engine rm -f evasive_container >/dev/null

# --- ordinary runs, many ----------------------------------------------------------------------------------------------
# What people and pipelines do all day: jobs that end, services with volumes and limits, health checks, restarts, clean-up. Eight images, as a team has.
if [ "${ORDINARY_RUNS:-0}" -gt 0 ]; then
    for n in 0 1 2 3 4 5 6 7; do engine tag harbour.example/tide-api:1.4.0 "harbour.example/team-$n:2.$n"; done
    start_recording "$work/ordinary.ndjson"
    say "$ORDINARY_RUNS ordinary runs"
    for i in $(seq 1 "$ORDINARY_RUNS"); do
        image="harbour.example/team-$((i % 8)):2.$((i % 8))"
        case $((i % 10)) in
            0) attempt engine run -d --name "svc-$i" --network none --restart unless-stopped --health-cmd true --health-interval 1s "$image"
               attempt engine rm -f "svc-$i" ;;
            1) attempt engine run -d --name "db-$i" --network none -v "data-$((i % 3)):/var/lib/data" --memory 64m --cpus 0.5 "$image"
               attempt engine stop -t 0 "db-$i"; attempt engine rm "db-$i" ;;
            2) attempt engine run --rm --network none --cap-drop ALL --cap-add NET_BIND_SERVICE --read-only --user 1000 "$image" true ;;
            3) attempt engine run --rm --network none -v "$work/rootfs/tmp:/work" -w /work -e CI=true "$image" ls ;;
            4) attempt engine run --rm --network none --security-opt no-new-privileges --pids-limit 50 "$image" id ;;
            *) attempt engine run --rm --network none --label "job=$i" -e STEP="$i" "$image" true ;;
        esac
    done
    stop_recording
    say "ordinary: $(wc -l <"$work/ordinary.ndjson") events"
fi

# --- an ordinary half hour and an intruder, short ---------------------------------------------------------------------
normal=harbour.example/tide-api:1.4.0
start_recording "$work/all.ndjson"

say "ordinary work"
for i in 1 2 3; do attempt engine run -d --name "tide-api-$i" --network none --label team=harbour --restart unless-stopped "$normal"; done
attempt engine run --rm --network none --name migrate "$normal" true
attempt engine run --rm --network none --name report -v "$work/rootfs/tmp:/data" "$normal" ls /data
attempt engine volume create tide-data
attempt engine run -d --name tide-store --network none -v tide-data:/var/lib/tide --cap-drop ALL --read-only "$normal"
attempt engine stop -t 1 tide-api-3
attempt engine start tide-api-3
attempt engine restart -t 1 tide-api-2
attempt engine rm -f tide-api-3
attempt engine tag "$normal" harbour.example/tide-api:stable

say "the documented command"
attempt engine run -d --name evasive_container --network host suspicious_image

say "privilege"
attempt engine run -d --name node-tuner --privileged --pid host --network host suspicious_image
had_socket=; [ -e /var/run/docker.sock ] && had_socket=1           # -v makes a folder of a path that is not there
attempt engine run -d --name log-shipper -v /var/run/docker.sock:/var/run/docker.sock --network none suspicious_image
attempt engine run -d --name backup --network none -v /:/host:ro suspicious_image
attempt engine run -d --name tracer --network none --cap-add SYS_ADMIN --cap-add SYS_PTRACE \
        --security-opt seccomp=unconfined --security-opt apparmor=unconfined suspicious_image
attempt engine run -d --name shared-ipc --network none --ipc host suspicious_image
attempt engine run -d --name quiet-one --network none --log-driver none suspicious_image

say "a name that it has not earned"
attempt engine run -d --name k8s_kube-proxy_kube-proxy-7x2lm_kube-system_0 --network host \
        --label io.kubernetes.pod.namespace=kube-system --label io.kubernetes.pod.name=kube-proxy-7x2lm \
        --label io.kubernetes.container.name=kube-proxy --label io.kubernetes.pod.uid=00000000-0000-4000-8000-000000000001 suspicious_image
attempt engine rename evasive_container metrics-exporter
attempt engine update --cpu-shares 512 metrics-exporter

say "commands inside"
attempt engine exec tide-api-1 sh -c 'id; cat /etc/passwd'
attempt engine exec -u 0 metrics-exporter sh -c 'echo aWQK'
attempt engine top tide-api-1
attempt engine cp "$work/rootfs/etc/passwd" tide-api-1:/tmp/tool
attempt engine pause tide-api-2
attempt engine unpause tide-api-2
attempt engine kill -s KILL tide-api-2

say "images made on the host"
attempt engine commit metrics-exporter harbour.example/tide-api:1.4.1
attempt engine tag suspicious_image registry.k8s.io/pause:3.10
attempt engine save -o "$work/save.tar" suspicious_image
attempt engine rmi registry.k8s.io/pause:3.10
attempt engine load -i "$work/save.tar"
attempt engine import "$work/rootfs.tar" helper:latest

say "swarm"
if engine swarm init --advertise-addr 127.0.0.1 >/dev/null 2>"$work/attempt.log"; then
    echo 'not a secret' | attempt engine secret create tide-token -
    echo 'depth: 3' | attempt engine config create tide-config -
    attempt engine service create -d --name tide-web --replicas 1 --network host --restart-condition none "$normal"
    sleep 5
    attempt engine service update -d --env-add LEVEL=2 tide-web
    sleep 5
    attempt engine service create -d --name evasive_service --mode global --network host \
            --mount type=bind,source=/var/run,target=/host/run suspicious_image
    sleep 5
    attempt engine node update --label-add tier=harbour "$(engine info --format '{{.Swarm.NodeID}}')"
    attempt engine service rm evasive_service
    attempt engine secret rm tide-token
    attempt engine config rm tide-config
    sleep 3
    attempt engine service rm tide-web
    sleep 3
    attempt engine swarm leave --force
else
    say "no swarm here: $(tail -1 "$work/attempt.log")"
fi

say "a short-lived burst"
for i in 1 2 3 4 5 6; do attempt engine run --rm --network none "$normal" true; done
stop_recording

mkdir -p "$out/samples" "$out/tests/data/docker"
if [ -e "$work/ordinary.ndjson" ]; then mkdir -p "$out/ordinary"; sed "s#$work#/srv/engine#g" "$work/ordinary.ndjson" >"$out/ordinary/docker-events.ndjson"; fi
# The temporary folder's name is of no use to a reader. The first file is what the engine's event stream said and nothing else.
sed 's/,"inspect":{.*$/}/' "$work/evasive.ndjson" >"$out/tests/data/docker/evasive-container.ndjson"
sed "s#$work#/srv/engine#g" "$work/evasive.ndjson" >"$out/tests/data/docker/evasive-container-inspected.ndjson"
sed "s#$work#/srv/engine#g" "$work/all.ndjson" >"$out/samples/docker-events.ndjson"
say "docker-events.ndjson: $(wc -l <"$out/samples/docker-events.ndjson") events, $(wc -c <"$out/samples/docker-events.ndjson") bytes"
