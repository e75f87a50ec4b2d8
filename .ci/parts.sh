# Sourced by the scripts beside it: `part NAME COMMAND...` runs a command and keeps its seconds, which
# are printed at the end, also where a part fails.
parts=""
part_name=""

part() {
  part_name="$1"
  part_began=$SECONDS
  shift
  echo "== $part_name"
  "$@"
  parts+="$(printf '%6d s  %s' $((SECONDS - part_began)) "$part_name")"$'\n'
  part_name=""
}

print_parts() {
  [ -z "$part_name" ] ||
    parts+="$(printf '%6d s  %s (failed)' $((SECONDS - part_began)) "$part_name")"$'\n'
  printf '\nseconds of each part:\n%s%6d s  altogether\n' "$parts" "$SECONDS"
}
trap print_parts EXIT
