/** Debian's busybox is built without it. The environment is not the shell's to expand: a name may be anything. */
const PRINTENV = `#!/bin/sh
[ $# -gt 0 ] || exec env
exec awk 'BEGIN { for (i = 1; i < ARGC; i++) if (ARGV[i] in ENVIRON) print ENVIRON[ARGV[i]]; else s = 1; exit s }' "$@"
`

/**
 * Debian's busybox is built without time limits, knows no --timeout, and ends by a segmentation fault where it is given -T. Here it
 * is the limit of the whole.
 */
const WGET = `#!/bin/sh
limit=0
left=$#
while [ "$left" -gt 0 ]; do
  word=$1
  shift
  left=$((left - 1))
  case $word in
    -T | --timeout | -t | --tries | -O | -o | -P | -U | -Y | --header | --post-data | --post-file | -[cqS]T | -[cqS][cqS]T)
      if [ "$left" -eq 0 ]; then
        echo "wget: option requires an argument: $word" >&2
        exit 1
      fi
      value=$1
      shift
      left=$((left - 1))
      ;;
  esac
  case $word in
    -T | --timeout) limit=$value ;;
    -[cqS]T | -[cqS][cqS]T)
      limit=$value
      set -- "$@" "\${word%T}"
      ;;
    -T*) limit=\${word#-T} ;;
    -[cqS]T* | -[cqS][cqS]T*)
      limit=\${word#*T}
      set -- "$@" "\${word%%T*}"
      ;;
    --timeout=*) limit=\${word#*=} ;;
    -t | --tries | -t* | --tries=*) ;;
    -O | -o | -P | -U | -Y | --header | --post-data | --post-file) set -- "$@" "$word" "$value" ;;
    *) set -- "$@" "$word" ;;
  esac
done
case $limit in
  0) exec busybox wget "$@" ;;
  '' | *[!0-9]*)
    echo "wget: invalid number '$limit'" >&2
    exit 1
    ;;
esac
# busybox has a timeout too, which keeps the output open for a second more than the program.
busybox wget "$@" <&0 &
wget=$!
{
  trap 'kill $!; wait; exit' TERM
  busybox sleep "$limit" &
  wait $! && kill "$wget"
} </dev/null >/dev/null 2>&1 &
watcher=$!
trap 'kill "$wget" "$watcher"; wait; exit 130' INT TERM
{
  wait "$wget"
  status=$?
  kill "$watcher"
  # Nothing is left to the container's first process, which may not wait for what it has not begun.
  wait "$watcher"
} 2>/dev/null
if [ "$status" -eq 143 ]; then
  echo 'wget: download timed out' >&2
  status=1
fi
exit "$status"
`

/** What people type in a container and busybox lacks, or has otherwise: name in `/bin`, and the script. */
export const ECHO_SCRIPTS = { printenv: PRINTENV, wget: WGET } as const
