# Sourced by script/test: the parts of a run of tests, what becomes of each, and how much time it may take.
#
#   part NAME COMMAND…     runs it now
#   later NAME COMMAND…    puts it into the queue; what fails there is run once more in the end, with nothing beside it
#   run_queue              as many at once as there are processors; what each says is printed when it is over
#   finish                 what failed, a line a part, the count; 1 where one failed
#
# Words of COMMAND have no blanks.

# What is said of a run goes to files here, most by the number of its part.
notes=$(mktemp -d)
mkdir "$notes/queue" "$notes/taken" "$notes/again" "$notes/faults" "$notes/verdicts"
lanes=''
# A lane that is ended takes with it what it runs: see within.
trap 'rm -rf "$notes"' EXIT
trap 'for lane in $lanes; do kill "$lane" 2>/dev/null || true; done; exit 130' INT TERM

# What is said is seen while it is said.
live=1
number=0
next_number() {
  number=$((number + 1))
  id=$(printf '%03d' "$number")
}

# tell ID NAME COMMAND…: runs it, and where it fails keeps the list of failed tests, or its last lines, for the end.
tell() {
  id=$1
  what=$2
  shift 2
  rm -f "$notes/status.$id"
  if [ "$live" = 1 ]; then
    # A pipe has the status of its last command alone.
    { "$@" 2>&1 || echo "$?" >"$notes/status.$id"; } | tee "$notes/output.$id"
  else
    # No shell between: what is run ends with the lane.
    "$@" >"$notes/output.$id" 2>&1 </dev/null || echo "$?" >"$notes/status.$id"
  fi
  [ -e "$notes/status.$id" ] || return 0
  code=$(cat "$notes/status.$id")
  why=''
  if [ "$code" = 124 ] || [ "$code" = 137 ]; then why=': it took too long and was ended'; fi
  {
    printf '\n-- %s ended with status %s%s\n' "$what" "$code" "$why"
    if grep -q '^✖ failing tests:' "$notes/output.$id"; then
      sed -n '/^✖ failing tests:/,$p' "$notes/output.$id" | head -n 60
    else
      tail -n 25 "$notes/output.$id"
    fi
  } >"$notes/faults/$id"
  return 1
}

# verdict ID WORD NAME BEGAN
verdict() {
  printf '%-8s %-46s %4d s\n' "$2" "$3" $(($(date +%s) - $4)) >>"$notes/verdicts/$1"
}

# judged ID NAME COMMAND…: runs it, and says what became of it.
judged() {
  began=$(date +%s)
  if tell "$@"; then verdict "$1" passed "$2" "$began"; else verdict "$1" FAILED "$2" "$began"; fi
}

part() {
  next_number
  printf '\n== %s\n' "$1"
  judged "$id" "$@"
}

later() {
  next_number
  printf '%s\n' "$@" >"$notes/queue/$id"
}

# Takes what nobody has taken yet, until there is nothing.
lane() {
  live=0
  for job in "$notes"/queue/*; do
    id=${job##*/}
    mkdir "$notes/taken/$id" 2>/dev/null || continue
    name=$(head -n 1 "$job")
    began=$(date +%s)
    # shellcheck disable=SC2046
    if tell "$id" "$name" $(tail -n +2 "$job"); then
      verdict "$id" passed "$name" "$began"
    else
      cp "$job" "$notes/again/$id"
    fi
    flock "$notes/printing" sh -c 'printf "\n== %s\n" "$1"; cat "$2"' sh "$name" "$notes/output.$id"
  done
}

# A fault fails twice; a machine that stood still for a moment, or that had too much to do, does not.
run_queue() {
  for _ in $(seq "$(nproc)"); do
    lane &
    lanes="$lanes $!"
  done
  for lane in $lanes; do wait "$lane"; done
  lanes=''
  for job in "$notes"/again/*; do
    [ -e "$job" ] || continue
    id=${job##*/}
    name=$(head -n 1 "$job")
    printf '\n== %s failed, and is run once more\n' "$name"
    cp "$notes/faults/$id" "$notes/fault-before"
    # shellcheck disable=SC2046
    judged "$id" "$name" $(tail -n +2 "$job")
    if grep -q '^passed' "$notes/verdicts/$id"; then
      printf 'unsteady %s: failed once, passed when it was run again\n' "$name" >>"$notes/verdicts/$id"
      { printf '\n-- unsteady: what it said when it failed'; cat "$notes/fault-before"; } >>"$notes/unsteady"
      rm "$notes/faults/$id"
    fi
  done
}

# within SECONDS AROUND COMMAND…: at most that long, and not past the deadline; 124 where it was ended. AROUND runs what
# ends it, and it: node says which file it was in. It does not outlive who asks for it.
within() {
  limit=$1
  shift
  around=$1
  shift
  left=$((deadline - $(date +%s)))
  if [ "$left" -le 0 ]; then
    echo 'not run: the time for all tests together is over'
    return 124
  fi
  [ "$limit" -le "$left" ] || limit=$left
  setpriv --pdeathsig TERM "$around" timeout --foreground --kill-after=10 "$limit" "$@"
}

# count WORD: how many parts became that.
count() {
  cat "$notes"/verdicts/* | grep -c "^$1 " || true
}

finish() {
  if [ -e "$notes/unsteady" ]; then cat "$notes/unsteady"; fi
  if [ "$(count FAILED)" -gt 0 ]; then
    printf '\n== what failed\n'
    cat "$notes"/faults/*
  fi
  printf '\n== summary\n'
  cat "$notes"/verdicts/*
  if [ "$(count unsteady)" -gt 0 ]; then printf 'unsteady: %d\n' "$(count unsteady)"; fi
  printf '%d passed, %d failed\n' "$(count passed)" "$(count FAILED)"
  [ "$(count FAILED)" -eq 0 ]
}
