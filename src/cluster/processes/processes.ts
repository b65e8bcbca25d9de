import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { OWNER } from '#runtime/runc/processes/owner.ts'
import {
  identifyProcess,
  isAlive,
  type ProcessIdentity,
  processTree,
} from '#runtime/runc/processes/process-identity.ts'
import { type Claim, isHeld } from '../claims/claim.ts'
import type { ClusterConfig } from '../config.ts'
import { ROLES, type Role } from '../role.ts'
import { logPath, statePaths } from '../state/state.ts'
import { environmentOf } from './program.ts'

/** What the supervisor says in the log before it starts its process again. */
export const RESTARTED = 'starting it again'

/**
 * Starts its process again whenever that ends, until `down` has written the file `stopping`, or the state folder is
 * gone. A shell, since it takes 1 MB where another Node.js would take 45. A process that dies at once is held back,
 * longer each time, up to 5 s.
 * Its umask leaves nothing to other users of the machine: what is for every user of a container is made so by whoever
 * makes it.
 */
const SUPERVISOR = `
umask 077
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

interface Supervision {
  /** What the supervisor is called where processes are listed. */
  readonly name: string
  /** Folder in which a file `stopping` ends it, as does its being gone. */
  readonly folder: string
  /** Takes what the program says. */
  readonly log: string
  readonly environment: NodeJS.ProcessEnv
  readonly program: readonly string[]
}

/** Starts a program under a supervisor, in a session of its own. Gives the supervisor; undefined where it did not start. */
export const supervise = ({ name, folder, log, environment, program }: Supervision): ProcessIdentity | undefined => {
  const output = openSync(log, 'a', 0o600)
  const child = spawn('/bin/sh', ['-c', SUPERVISOR, name, folder, ...program], {
    detached: true,
    stdio: ['ignore', output, output],
    cwd: '/',
    env: environment,
  })
  child.unref()
  closeSync(output)
  return child.pid === undefined ? undefined : identifyProcess(child.pid)
}

/**
 * Starts `role` of the cluster under its supervisor, its output in STATE/logs/ROLE.log, and the claim's token in its
 * environment, which all that it starts inherits. Gives the supervisor.
 */
export const startSupervised = (
  role: Role,
  config: ClusterConfig,
  token: string,
  program: readonly string[],
): ProcessIdentity => {
  const supervisor = supervise({
    name: supervisorName(config.name, role),
    folder: config.stateDir,
    log: logPath(config.stateDir, role),
    environment: { ...environmentOf(role), ...process.env, [OWNER]: token },
    program: [...program, statePaths(config.stateDir).config],
  })
  if (supervisor === undefined) throw new Error(`the supervisor of the ${role} did not start`)
  return supervisor
}

interface ClusterProcess {
  readonly pid: number
  readonly role: Role | 'supervisor'
  /** Of a supervisor: whose. */
  readonly supervises?: Role
  /** Resident memory, octets. */
  readonly rss: number
  /** How long it runs, seconds. */
  readonly age: number
}

/**
 * The processes of a claimed cluster: its supervisors by number and start time, and what they have started. Needs no
 * rights: anybody may know whether a cluster runs. What has lost its supervisor is found as root, by its environment.
 */
export const findProcesses = (claim: Claim): readonly ClusterProcess[] => {
  const supervised = claim.supervisors
    .filter(({ process }) => isAlive(process))
    .flatMap(({ role, process: { pid } }) =>
      processTree(pid).map((one) => ({ pid: one, supervises: one === pid ? role : undefined })),
    )
  const known = new Set(supervised.map(({ pid }) => pid))
  const orphans = findOwned(claim.token).filter(({ pid }) => !known.has(pid))
  return [...supervised, ...orphans.map(({ pid }) => ({ pid, supervises: undefined }))].flatMap(
    ({ pid, supervises }): ClusterProcess[] => {
      try {
        if (supervises !== undefined)
          return [{ pid, role: 'supervisor', supervises, rss: residentOf(pid), age: ageOf(pid) }]
        const role = roleOf(readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0'))
        return role === undefined ? [] : [{ pid, role, rss: residentOf(pid), age: ageOf(pid) }]
      } catch {
        // It ended while we looked.
        return []
      }
    },
  )
}

/** Whether anything of a claimed cluster lives: also what has lost its supervisor, where root asks. */
export const isRunning = (claim: Claim): boolean => isHeld(claim) || findProcesses(claim).length > 0

/** Octets, by the line that counts in KiB: a page has not the same size on every machine. */
const residentOf = (pid: number): number =>
  1024 * Number(/^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)

/** What Linux counts a process's start in, per second, on every architecture that Node.js runs on (USER_HZ). */
const TICKS = 100

const ageOf = (pid: number): number =>
  Number.parseFloat(readFileSync('/proc/uptime', 'latin1')) - Number(identifyProcess(pid)?.startTime ?? 0) / TICKS

/** Which of our programs a process runs, if it is one of ours; it may be another that a supervisor has started. */
export const roleOf = (args: readonly string[]): Role | undefined =>
  ROLES.find((role) => args.some((arg) => [`${role}.mjs`, `${role}.ts`].includes(basename(arg))))

/** A process that has a cluster's token in its environment: one of ours, whatever it runs. */
export interface OwnedProcess extends ProcessIdentity {
  readonly token: string
  /** The arguments it was started with. */
  readonly args: readonly string[]
}

/**
 * Every process with `token` in its environment (NAME/UUID: of one life of a cluster; NAME/: of any that had the name;
 * '': of any cluster).
 * Only what sees the names of namespaces that we see: in another mount namespace the same name is another cluster's.
 * Needs root; gives what it may see.
 */
export const findOwned = (token: string): readonly OwnedProcess[] => {
  const scope = scopeOf('self')
  const isWhole = token !== '' && !token.endsWith('/')
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .flatMap((entry): OwnedProcess[] => {
      try {
        const theirs = tokenOf(readFileSync(`/proc/${entry}/environ`, 'latin1'))
        if (theirs === undefined || !(isWhole ? theirs === token : theirs.startsWith(token))) return []
        if (scopeOf(entry) !== scope) return []
        const identity = identifyProcess(Number(entry))
        const args = readFileSync(`/proc/${entry}/cmdline`, 'utf8').split('\0').slice(0, -1)
        return identity === undefined ? [] : [{ ...identity, token: theirs, args }]
      } catch {
        // It ended while we looked, or is not ours to look at.
        return []
      }
    })
}

const tokenOf = (environment: string): string | undefined =>
  environment
    .split('\0')
    .find((line) => line.startsWith(`${OWNER}=`))
    ?.slice(OWNER.length + 1)

/** Which folder has the names of namespaces, as a process sees it. */
const scopeOf = (pid: string): string => {
  const { dev, ino } = statSync(`/proc/${pid}/root${existsSync('/run/netns') ? '/run/netns' : '/run'}`)
  return `${dev}:${ino}`
}

/** Whether it works for a container: conmon, and runc while it makes one. */
export const isContainerTool = ({ args: [program = ''] }: OwnedProcess): boolean =>
  ['conmon', 'runc'].includes(basename(program))

/** A supervisor is the shell that was started by the cluster's and the role's name. */
const isSupervisor = ({ args }: OwnedProcess): boolean => args[1] === '-c' && args[2] === SUPERVISOR
const supervisorName = (cluster: string, role: Role): string => `fairlead-${cluster}-${role}`

/** Whether it is the supervisor of that role of that cluster. */
export const isSupervisorOf = (one: OwnedProcess, cluster: string, role: Role): boolean =>
  isSupervisor(one) && one.args[3] === supervisorName(cluster, role)

/** So that nothing comes back. */
export const supervisorsFirst = (processes: readonly OwnedProcess[]): readonly OwnedProcess[] =>
  [...processes].sort((one, other) => Number(isSupervisor(other)) - Number(isSupervisor(one)))
