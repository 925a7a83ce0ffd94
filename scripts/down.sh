#!/bin/sh
# Ends the server that `make demo` started: exactly the process whose number it wrote down, and only while it is ours.
set -eu
work=$PWD/.work/demo
[ -s "$work/pid" ] || { echo "No demo is running."; exit 0; }
pid=$(cat "$work/pid")
if tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF "$work/data"; then
    kill "$pid"
    tries=0
    while kill -0 "$pid" 2>/dev/null; do
        tries=$((tries + 1))
        [ "$tries" -lt 60 ] || { echo "Process $pid has not ended after 30 seconds." >&2; exit 1; }
        sleep 0.5
    done
    echo "Stopped (process $pid). Its data stay in $work/data."
else
    echo "Process $pid has ended already."
fi
rm -f "$work/pid"
