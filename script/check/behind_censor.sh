#!/usr/bin/env bash
# What script/demo shows of the censor lab; runs inside it: behind_censor.sh ROZANEH DIRECTORY
set -euo pipefail
rozaneh=$1 box=$2 megabytes=8
url=https://example.org/bytes/$((megabytes * 1000000))

# fetch TITLE CURL-WORDS...: says whether all of it came.
fetch() {
  local title=$1 begun=$EPOCHREALTIME took
  shift
  if curl -q -sS --max-time 4 -o /dev/null "$@" "$url" 2>"$box/curl.log"; then
    took=$((${EPOCHREALTIME//[.,]/} - ${begun//[.,]/}))
    printf '  %-31s%d MB in %d.%02d s\n' "$title" "$megabytes" $((took / 1000000)) $((took / 10000 % 100))
  else
    printf '  %-31sblocked: %s\n' "$title" "$(sed 's/^curl: ([0-9]*) //' "$box/curl.log")"
    return 1
  fi
}

"$rozaneh" client --json --no-state --listen 127.0.0.1:0 "$ROZANEH_LINK" >"$box/behind.out" 2>"$box/behind.log" &
client=$!
trap 'kill "$client"' EXIT
until proxy=$(grep -oE '"at":"[^"]+' "$box/behind.out"); do
  kill -0 "$client" || exit 1
  sleep 0.05
done
! fetch "directly" && fetch "through the tunnel" --proxy "socks5h://${proxy##*\"}"
