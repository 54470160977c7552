# Sourced by the scripts beside it: where things are, and how they speak.
# shellcheck shell=bash

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
venv="${CONVOY_VENV:-$root/.venv}"
export CONVOY_VENV="$venv"

# Prints the comment at the head of the calling script.
usage() { sed -n '2,/^[^#]/{/^#/{s/^# \{0,1\}//;p}}' "$0"; }

wants_help() {
  local argument
  for argument in "$@"; do
    if [[ "$argument" == -h || "$argument" == --help ]]; then return 0; fi
  done
  return 1
}

say() { printf '\n==> %s\n' "$*"; }

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# One compilation for each core, fewer where memory is short (a compilation takes about 1 GiB).
jobs_that_fit() {
  local cores memory
  cores="$(nproc)"
  memory="$(awk '/MemAvailable/ {print int($2 / 1048576)}' /proc/meminfo 2>/dev/null || echo "$cores")"
  if ((memory < 1)); then memory=1; fi
  echo $((cores < memory ? cores : memory))
}
jobs="${CONVOY_JOBS:-$(jobs_that_fit)}"
