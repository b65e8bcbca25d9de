import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { ClusterConfig } from './config.ts'
import { logPath, type Role, statePaths } from './state.ts'

/** What the supervisor says in the log before it starts its process again. */
export const RESTARTED = 'starting it again'

/**
 * Starts its process again whenever that ends, until `down` has written the file `stopping`, or the state folder is
 * gone. A shell, since it takes 1 MB where another Node.js would take 45. A process that dies at once is held back,
 * longer each time, up to 5 s.
 * The umask is the usual one, whoever starts the cluster: what lies in images and volumes is for every user of a
 * container.
 */
const SUPERVISOR = `
umask 022
state=$1; shift
delay=0.05
while [ -d "$state" ] && [ ! -e "$state/stopping" ]; do
  started=$(date +%s)
  "$@"
  code=$?
  [ -e "$state/stopping" ] && exit 0
  echo "supervisor: ended with status $code, ${RESTARTED}" >&2
  if [ $(( $(date +%s) - started )) -lt 10 ]; then
    sleep "$delay"
    case $delay in 0.05) delay=0.2;; 0.2) delay=1;; *) delay=5;; esac
  else delay=0.05
  fi
done
`

/** Starts `role` of the cluster under its supervisor, in a session of its own, its output in STATE/logs/ROLE.log. */
export const startSupervised = (role: Role, config: ClusterConfig, program: readonly string[]): void => {
  const paths = statePaths(config.stateDir)
  const log = openSync(logPath(config.stateDir, role), 'a', 0o640)
  const child = spawn(
    '/bin/sh',
    ['-c', SUPERVISOR, `fairlead-${config.name}-${role}`, config.stateDir, ...program, paths.config],
    {
      detached: true,
      stdio: ['ignore', log, log],
      cwd: '/',
    },
  )
  child.unref()
  closeSync(log)
}

export interface ClusterProcess {
  readonly pid: number
  readonly role: Role | 'supervisor'
  /** Resident memory, octets. */
  readonly rss: number
}

/**
 * Every process of ours for a cluster, found by its command line, so that nothing has to be remembered and no foreign
 * pid can be hit; also after its state folder was deleted. One that sees another folder by that name, in a mount
 * namespace of its own, is another cluster's.
 */
export const findProcesses = (stateDir: string): readonly ClusterProcess[] => {
  const config = statePaths(stateDir).config
  return commandLines(stateDir)
    .filter(({ args }) => args.at(-1) === config)
    .flatMap(({ pid, args }): ClusterProcess[] => {
      try {
        const role = args.includes(stateDir)
          ? 'supervisor'
          : args.some((arg) => arg.includes('agent-host'))
            ? 'agent-host'
            : 'control-plane'
        const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1])
        return [{ pid, role, rss: pages * 4096 }]
      } catch {
        // It ended while we looked.
        return []
      }
    })
}

/** Programs of others that work for the cluster's containers: conmon, and runc while it makes one. */
export const findContainerTools = (stateDir: string): readonly number[] =>
  commandLines(stateDir)
    .filter(
      ({ args: [program = '', ...rest] }) =>
        ['conmon', 'runc'].includes(basename(program)) && rest.some((arg) => arg.startsWith(`${stateDir}/`)),
    )
    .map(({ pid }) => pid)

/** Every other process that sees the state folder that we see, with its arguments. */
const commandLines = (stateDir: string): readonly { readonly pid: number; readonly args: readonly string[] }[] => {
  const folder = nearest(dirname(stateDir))
  const { dev, ino } = statSync(folder)
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .flatMap((entry) => {
      try {
        const line = readFileSync(`/proc/${entry}/cmdline`, 'utf8')
        // Looked at first: of hundreds of processes few name the folder.
        if (!line.includes(stateDir)) return []
        const theirs = statSync(`/proc/${entry}/root${folder}`)
        if (theirs.dev !== dev || theirs.ino !== ino) return []
        return [{ pid: Number(entry), args: line.split('\0').slice(0, -1) }]
      } catch {
        // It ended while we looked.
        return []
      }
    })
}

/** The folder, or the nearest above it that is there. */
const nearest = (folder: string): string => (existsSync(folder) ? folder : nearest(dirname(folder)))

/** Whether a process has that id and has not ended. It may be another than the one that had it once. */
export const isRunning = (pid: number): boolean => {
  try {
    // A zombie has ended: only its parent has not looked yet.
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
