import { setTimeout as sleep } from 'node:timers/promises'
import { isNamespace, namespacePath } from '#kernel/namespaces/namespace.ts'
import { Rtnetlink } from '#kernel/rtnetlink/rtnetlink.ts'
import { isAlive, signalProcess } from '#runtime/runc/processes/process-identity.ts'
import { type Claim, readClaim, writeClaim } from '../claims/claim.ts'
import { whyNotKept } from '../claims/kept.ts'
import { ClusterError } from '../cluster-error.ts'
import { type ClusterConfig, standing } from '../config.ts'
import { findOwned, roleOf, startSupervised } from '../processes/processes.ts'
import { programOf } from '../processes/program.ts'
import { ROLES, type Role } from '../role.ts'
import { clearFault } from '../state/control-plane-fault.ts'
import { statePaths, tryReadConfig } from '../state/state.ts'

/** How long a process that was killed may take to end, milliseconds. */
const KILL_LIMIT_MS = 5_000

/** A cluster of which processes of ours died, while its machines stand and its containers run on. */
export interface HalfDead {
  readonly config: ClusterConfig
  readonly claim: Claim
  /** Those that nothing starts again. */
  readonly dead: readonly Role[]
}

/** Whether somebody has to start processes of that claim's cluster: nobody else does, and nobody stopped them. */
export const isHalfDead = (claim: Claim): boolean =>
  claim.finished === true && claim.stopping === undefined && claim.stopped === undefined && deadRoles(claim).length > 0

const deadRoles = ({ supervisors }: Claim): readonly Role[] =>
  ROLES.filter((role) => !supervisors.some((one) => one.role === role && isAlive(one.process)))

/**
 * The cluster of that name whose processes can be started again beside what stands and runs of it; undefined where there
 * is nothing to be started, or too little stands: then it is made anew from its state.
 */
export const halfDead = (name: string, stateDir: string): HalfDead | undefined => {
  const claim = readClaim(name)
  if (claim === undefined || claim.stateDir !== stateDir || !isHalfDead(claim)) return undefined
  const config = tryReadConfig(statePaths(stateDir).config)
  if (config?.stateDir !== stateDir || !machinesStand(config)) return undefined
  const dead = deadRoles(claim)
  // Objects in memory live as long as what holds them.
  const hasObjects = config.ephemeral && !dead.includes('control-plane')
  return hasObjects || whyNotKept(claim, config) === undefined ? { config, claim, dead } : undefined
}

/** Whether the machines that should be there are: what is missing of their links and routes is put right by the agents. */
const machinesStand = ({ fabric, nodes, host }: ClusterConfig): boolean => {
  using home = Rtnetlink.open()
  return (
    home.link(host.link)?.kind === 'veth' &&
    [fabric, ...standing({ nodes })].every(({ namespace }) => isNamespace(namespacePath(namespace)))
  )
}

/**
 * Starts what is dead of it under new supervisors, as a part of the same life: its containers are the claim's still. What
 * has lost its supervisor alone ends first, since two would hold the same sockets. Nothing else is touched. Throws
 * ClusterError KILL_FAILED.
 */
export const revive = async ({ config, claim, dead }: HalfDead): Promise<void> => {
  await endOrphans(claim, dead)
  let supervisors = claim.supervisors.filter(({ role }) => !dead.includes(role))
  // What it says is of an earlier life.
  if (dead.includes('control-plane')) clearFault(config.stateDir)
  for (const role of dead) {
    supervisors = [...supervisors, { role, process: startSupervised(role, config, claim.token, programOf(role)) }]
    // After each: whoever is killed here leaves nothing that nobody knows of.
    writeClaim({ ...readClaim(config.name)!, supervisors })
  }
}

const endOrphans = async ({ token }: Claim, dead: readonly Role[]): Promise<void> => {
  const orphans = findOwned(token).filter(({ args }) => dead.includes(roleOf(args)!))
  for (const process of orphans) signalProcess(process, 'SIGKILL')
  const until = Date.now() + KILL_LIMIT_MS
  while (orphans.some(isAlive)) {
    if (Date.now() > until)
      throw new ClusterError('KILL_FAILED', `processes do not end: ${orphans.filter(isAlive).map(({ pid }) => pid)}`, {
        hint: 'look at /proc/PID/stack for what holds them, then: fairlead up again',
      })
    await sleep(2)
  }
}
