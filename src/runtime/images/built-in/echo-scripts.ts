/** Debian's busybox is built without it. The environment is not the shell's to expand: a name may be anything. */
const PRINTENV = `#!/bin/sh
[ $# -gt 0 ] || exec env
exec awk 'BEGIN { for (i = 1; i < ARGC; i++) if (ARGV[i] in ENVIRON) print ENVIRON[ARGV[i]]; else s = 1; exit s }' "$@"
`

/** Goes through the words of a command line; what is to be kept is put behind the last. */
const EACH_WORD = `left=$#
while [ "$left" -gt 0 ]; do
  word=$1
  shift
  left=$((left - 1))`

/**
 * Debian's busybox is built without time limits, knows no --timeout, and ends by a segmentation fault where it is given -T. Here it
 * is the limit of the whole.
 */
const WGET = `#!/bin/sh
limit=0
${EACH_WORD}
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

/**
 * Debian's busybox lacks the `-z`, `-v` and `-n` of every other nc. A program that is run as soon as there is a connection is as good:
 * it says so, and ends. Nothing is left behind, since each is run in the place of the one before.
 */
const NC = `#!/bin/sh
set -f
scan=
verbose=
numeric=
listen=
program=
host=
port=
fail() {
  echo "nc: $1" >&2
  exit 1
}
${EACH_WORD}
  case $word in
    -?*) ;;
    *)
      if [ -z "$host" ]; then host=$word
      elif [ -z "$port" ]; then port=$word
      else fail "one host and one port are asked, and '$word' is a third"
      fi
      continue
      ;;
  esac
  letters=\${word#-}
  while [ -n "$letters" ]; do
    letter=\${letters%"\${letters#?}"}
    letters=\${letters#?}
    case $letter in
      z) scan=1 ;;
      v) verbose=1 ;;
      n) numeric=1 ;;
      u) fail "-u: there is no UDP; try /agnhost connect HOST:PORT --protocol=udp --timeout=1s" ;;
      w | p | i | f | e)
        if [ -z "$letters" ]; then
          [ "$left" -gt 0 ] || fail "option requires an argument: -$letter"
          letters=$1
          shift
          left=$((left - 1))
        fi
        if [ "$letter" = e ]; then
          # All words behind it are its program's.
          program=1
          set -- "$@" \${host:+"$host"} \${port:+"$port"}
        fi
        set -- "$@" "-$letter" "$letters"
        letters=
        while [ -n "$program" ] && [ "$left" -gt 0 ]; do
          set -- "$@" "$1"
          shift
          left=$((left - 1))
        done
        ;;
      *)
        [ "$letter" != l ] || listen=1
        set -- "$@" "-$letter"
        ;;
    esac
  done
done
if [ -n "$numeric" ]; then
  case $host in
    *[!0-9a-fA-F.:]*) fail "bad address '$host'" ;;
  esac
fi
if [ -z "$scan" ]; then
  if [ -n "$verbose" ] && [ -z "$listen" ]; then echo "nc: connects to $host port $port" >&2; fi
  [ -n "$program" ] || set -- "$@" \${host:+"$host"} \${port:+"$port"}
  exec busybox nc "$@"
fi
[ -z "$listen$program" ] || fail '-z goes neither with -l nor with -e'
[ -n "$port" ] || fail '-z wants a host and a port'
case $port in
  [0-9]*-[0-9]*) fail "one port at a time, not $port: for p in \\$(seq \${port%-*} \${port#*-}); do nc -zv $host \\$p; done" ;;
esac
[ -n "$verbose" ] || exec busybox nc "$@" "$host" "$port" -e /bin/true </dev/null
exec busybox nc "$@" "$host" "$port" -e /bin/sh -c 'echo "Connection to $1 $2 port [tcp/*] succeeded!" >&3' nc "$host" "$port" 3>&2 </dev/null
`

/** What people type in a container and busybox lacks, or has otherwise: name in `/bin`, and the script. */
export const ECHO_SCRIPTS = { printenv: PRINTENV, wget: WGET, nc: NC } as const
