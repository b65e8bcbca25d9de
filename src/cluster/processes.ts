import { spawn } from 'node:child_process'
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ClusterConfig } from './config.ts'
import { statePaths } from './state.ts'

export type Role = 'control-plane' | 'agent-host'

/**
 * Starts its process again whenever that ends, until `down` has written the file `stopping`. A shell, since it takes 1 MB where
 * another Node.js would take 45. A process that dies at once is held back, longer each time, up to 5 s.
 */
const SUPERVISOR = `
state=$1; shift
delay=0.05
while [ ! -e "$state/stopping" ]; do
  started=$(date +%s)
  "$@"
  code=$?
  [ -e "$state/stopping" ] && exit 0
  echo "supervisor: ended with status $code, starting it again" >&2
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
  const log = openSync(join(paths.logs, `${role}.log`), 'a', 0o640)
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

/** Every process of ours for a cluster, found by its command line, so that nothing has to be remembered and no foreign pid can be hit. */
export const findProcesses = (stateDir: string): readonly ClusterProcess[] => {
  const config = statePaths(stateDir).config
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry): ClusterProcess[] => {
      const pid = Number(entry)
      try {
        const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
        if (pid === process.pid || args.at(-2) !== config) return []
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

export const isRunning = (pid: number): boolean => {
  try {
    // A zombie has ended: only its parent has not looked yet.
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
