# Sourced by the scripts that start and stop processes: where things are, and how a daemon is started, found and stopped.
#
# A daemon writes its process number and addresses into a file of run/ and holds a lock on it for as long as it lives (`weft jobmanager
# --run-file`). So a file whose lock can be taken belongs to no process any more, and no number is ever mistaken for another process's.
set -euo pipefail

home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export WEFT_CONF_DIR=${WEFT_CONF_DIR:-$home/conf}
log_dir=${WEFT_LOG_DIR:-$home/log}
run_dir=${WEFT_RUN_DIR:-$home/run}
host=${HOSTNAME:-$(cat /proc/sys/kernel/hostname)}
user=${USER:-$(id -un)}

fail() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# The weft program: of the installation, or of the checkout as cargo built it.
find_weft() {
    local candidate
    for candidate in "${WEFT_BIN:-}" "$home/bin/weft" "${CARGO_TARGET_DIR:-$home/target}/release/weft" \
        "${XDG_CACHE_HOME:-${HOME:-}/.cache}/weft/target/release/weft"; do
        if [[ -n $candidate && -x $candidate ]]; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    fail "there is no weft program: build it with \`cargo build --release -p weft-cli\`, or name it in WEFT_BIN"
}

# Whether a run file's process lives.
alive() {
    [[ -e $1 ]] && ! flock -n "$1" true
}

# A value of a run file, empty when it is not there (yet).
said() {
    sed -n "s/^$2=//p" "$1" 2>/dev/null || true
}

# start_daemon ROLE LABEL ARGUMENT…: starts `weft ROLE ARGUMENT…` in the background and waits until it is there.
start_daemon() {
    local role=$1 label=$2 number=0 run_file log_name out pid weft
    shift 2
    weft=$(find_weft)
    mkdir -p "$log_dir" "$run_dir"
    while alive "$run_dir/$role-$number"; do number=$((number + 1)); done
    run_file=$run_dir/$role-$number
    log_name=weft-$user-$label-$number-$host
    out=$log_dir/$log_name.out
    rm -f "$run_file"
    setsid nohup "$weft" "$role" -D "env.log.dir=$log_dir" --run-file "$run_file" --log-name "$log_name" "$@" \
        </dev/null >"$out" 2>&1 &
    pid=$!
    # As long as it may wait for leadership, it is there: `ready` tells the addresses only.
    local tries=0
    until [[ $(said "$run_file" pid) ]]; do
        if ! kill -0 "$pid" 2>/dev/null || ((tries++ > 1500)); then
            tail -n 5 "$out" >&2
            fail "the $label did not start; see $out"
        fi
        sleep 0.02
    done
    printf 'Starting %s daemon on host %s.\n' "$label" "$host"
    started_pid=$pid started_run_file=$run_file started_out=$out
}

# Waits until the daemon started last can be reached, and says where.
await_ready() {
    local tries=0 waits
    until [[ $(said "$started_run_file" ready) ]]; do
        if ! kill -0 "$started_pid" 2>/dev/null; then
            tail -n 5 "$started_out" >&2
            fail "it ended before it could be reached; see $started_out"
        fi
        waits=$(said "$started_run_file" waits)
        if [[ $waits ]]; then
            printf 'In the background: %s\n' "$waits"
            return
        fi
        if ((tries++ > 1500)); then
            printf 'It runs, but cannot be reached yet; see %s\n' "$started_out" >&2
            return
        fi
        sleep 0.02
    done
    local rest
    rest=$(said "$started_run_file" rest)
    [[ -z $rest ]] || printf 'REST at %s\n' "$rest"
}

# stop_daemons ROLE LABEL all|last: tells daemons to end and waits until they have.
stop_daemons() {
    local role=$1 label=$2 which=$3 file newest=() pid pids=() tries
    while IFS= read -r file; do
        if alive "$file"; then newest+=("$file"); else rm -f "$file"; fi
    done < <(find "$run_dir" -maxdepth 1 -name "$role-*" 2>/dev/null | sort -Vr)
    if ((${#newest[@]} == 0)); then
        printf 'No %s daemon to stop on host %s.\n' "$label" "$host"
        return
    fi
    [[ $which == all ]] || newest=("${newest[0]}")
    for file in "${newest[@]}"; do
        pid=$(said "$file" pid)
        pids+=("$pid")
        printf 'Stopping %s daemon (pid: %s) on host %s.\n' "$label" "$pid" "$host"
        kill -TERM "$pid" 2>/dev/null || true
    done
    for file in "${newest[@]}"; do
        # Its file goes when it ends; the lock in any case.
        if [[ -e $file ]] && ! flock -w 30 "$file" true; then
            pid=$(said "$file" pid)
            printf 'It did not end within 30 seconds; killing process %s.\n' "$pid" >&2
            kill -KILL "$pid" 2>/dev/null || true
        fi
        rm -f "$file"
    done
    # A process removes its file shortly before it is gone. One that nobody has buried yet has no executable any more.
    for pid in "${pids[@]}"; do
        tries=0
        while [[ -e /proc/$pid/exe ]] && ((tries++ < 250)); do sleep 0.02; done
    done
}

# role_script ROLE LABEL USAGE COMMAND ARGUMENT…: what jobmanager.sh and its like do.
role_script() {
    local role=$1 label=$2 usage=$3 command=${4:-}
    shift $(($# < 4 ? $# : 4))
    case $command in
    start)
        start_daemon "$role" "$label" "$@"
        await_ready
        ;;
    start-foreground) exec "$(find_weft)" "$role" "$@" ;;
    stop) stop_daemons "$role" "$label" last ;;
    stop-all) stop_daemons "$role" "$label" all ;;
    *)
        printf 'usage: %s\n' "$usage" >&2
        exit 2
        ;;
    esac
}

# The hosts of a file of conf/, without comments.
hosts_of() {
    [[ -r $1 ]] || fail "there is no $1: a line for each host, such as localhost"
    sed 's/#.*//; s/[[:space:]]//g; /^$/d' "$1"
}

is_local() {
    case $1 in localhost | 127.0.0.1 | ::1 | "$host" | "${host%%.*}") return 0 ;; esac
    return 1
}

# on_host HOST SCRIPT ARGUMENT…: runs a script of this installation there, over ssh unless it is here.
on_host() {
    local there=$1 script=$2
    shift 2
    if is_local "$there"; then
        "$home/scripts/$script" "$@"
    else
        # shellcheck disable=SC2029,SC2086 # This installation's path, on the other machine; several options.
        ssh -n ${WEFT_SSH_OPTS:-} "$there" "$(printf '%q ' env "WEFT_CONF_DIR=$WEFT_CONF_DIR" "$home/scripts/$script" "$@")"
    fi
}
