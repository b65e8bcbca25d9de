import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { familiesOf } from '#net/per-family.ts'
import { shownFolder } from '#runtime/images/host-folders.ts'
import { identifyProcess } from '#runtime/runc/processes/process-identity.ts'
import { type Claim, isHeld, isUnfinished, readClaim, writeClaim } from '../claims/claim.ts'
import { watchClaim } from '../claims/claim-watch.ts'
import { holdName, withStateLock } from '../claims/claims-lock.ts'
import { whyNotKept } from '../claims/kept.ts'
import { clusterStateDir, listClusters } from '../claims/known-clusters.ts'
import { ClusterError } from '../cluster-error.ts'
import type { ClusterConfig } from '../config.ts'
import { createMachines } from '../machines/machines.ts'
import { makeClusterPki } from '../processes/cluster-pki.ts'
import { isRunning, startSupervised } from '../processes/processes.ts'
import { programOf } from '../processes/program.ts'
import { type ClusterRequest, checkRequest, planCluster } from '../ranges/cluster-plan.ts'
import { resumeRegistry } from '../registry/registry.ts'
import { ROLES, type Role } from '../role.ts'
import { statePaths, stateRoot, tryReadConfig, writeConfig } from '../state/state.ts'
import { stateFault } from '../state/state-fault.ts'
import { findState } from '../state/state-folder.ts'
import { awaitApi, awaitReady, logTails } from './await-ready.ts'
import { remainsOf, takeDown } from './down.ts'
import { halt } from './halt.ts'
import { type Asked, keptCluster, refuseOtherShape, refuseTakenRanges } from './kept-cluster.ts'
import { checkIpv6, checkOpenFiles, checkPrerequisites, isChroot } from './prerequisites.ts'
import { Restarts } from './restarts.ts'
import { type HalfDead, halfDead, isHalfDead, revive } from './revive.ts'
import { missingObjects, setObjectsAside } from './set-aside.ts'
import { rest } from './stop.ts'

/** How long a `down` of the same name may take, or an `up` until it has claimed it, milliseconds. */
const HOLD_LIMIT_MS = 20_000

export interface UpOptions extends Omit<ClusterRequest, 'stateDir' | 'others'> {
  /** What of all that was asked for in so many words, by its flag: a cluster that is brought back must have it. */
  readonly asked?: Asked
  /** Where the objects of a cluster that is brought back cannot be read: begin without them. */
  readonly setAside?: boolean
  /** What is to be known though all goes well. */
  readonly onNotice?: (text: string) => void
  /** Its containers ran, and these processes alone were dead: nothing but them was started. */
  readonly onRevived?: (dead: readonly Role[]) => void
  readonly onProgress: (step: string) => void
  /** What belongs to the start and comes last; where it throws, the cluster is taken down again. */
  readonly finish?: (config: ClusterConfig) => Promise<void>
  /** Aborted: what was made is taken down again, and `up` throws the signal's reason. */
  readonly signal: AbortSignal
}

/**
 * Makes a cluster, brings one back that was stopped or whose machine was restarted, or starts the processes again that
 * have died of one that runs. Returns when its API answers, all nodes are Ready and DNS resolves in each of them. Throws
 * ClusterError; what had been made by then is taken down again, or stopped again, apart from the cases that the name was
 * taken, and that containers ran before.
 */
export const up = async (options: UpOptions): Promise<ClusterConfig> => {
  const stateDir = clusterStateDir(options.name)
  try {
    return await start(options, stateDir)
  } catch (error) {
    throw stateFault(error, stateDir)
  }
}

const start = async (options: UpOptions, stateDir: string): Promise<ClusterConfig> => {
  checkRequest({ ...options, stateDir, families: familiesThere(stateDir) })
  checkPrerequisites({ uid: process.getuid!(), path: process.env.PATH ?? '', chroot: isChroot() })
  refuseShown(stateDir)
  options.onProgress('control plane')
  // Who has the name is said at once, unless it is about to be given back.
  using hold = await holdName(options.name, HOLD_LIMIT_MS, () => {
    options.signal.throwIfAborted()
    const claim = readClaim(options.name)
    if (claim === undefined || claim.stopping !== undefined || claim.stopped || isHalfDead(claim)) return
    refuseTaken(options.name)
  })
  const running = options.setAside === true ? undefined : halfDead(options.name, stateDir)
  if (running !== undefined) return await bringBack(running, options)
  const kept = keptCluster(options.name, stateDir)
  checkOpenFiles(kept?.nodes.length ?? options.nodes)
  if (kept !== undefined) {
    refuseOtherShape(kept, options)
    // Where the power failed, or all was killed, something of it may stand yet.
    await halt({ name: kept.name, stateDir, keepFiles: true })
    const aside = options.setAside === true ? await setObjectsAside(stateDir, new Date()) : undefined
    const missing = aside === undefined && !kept.ephemeral ? missingObjects(stateDir) : undefined
    if (missing !== undefined) options.onNotice?.(missing)
    if (aside !== undefined) options.onNotice?.(`the objects of before could not be read; they lie in ${aside}`)
  }
  // Also the start of its processes: another `up` must find them, not a claim without any.
  const { config, claim, restarts, fault } = await withStateLock(() => {
    const others = listClusters().flatMap(({ name, config }) => (name === options.name ? [] : (config ?? [])))
    if (kept === undefined) refuseTaken(options.name)
    else refuseTakenRanges(kept, others)
    const planned = kept ?? planCluster({ ...options, stateDir, others })
    checkIpv6(planned)
    options.signal.throwIfAborted()
    const claimed = claimName(planned)
    return { config: planned, claim: claimed, restarts: new Restarts(planned), fault: begin(planned, claimed) }
  })
  using watch = watchClaim(config.name, claim.token)
  let finishing = false
  try {
    if (fault !== undefined) throw fault
    options.onProgress('network')
    watch.check()
    createMachines(config)
    writeFileSync(statePaths(config.stateDir).machines, '', { mode: 0o600 })
    options.onProgress('certificates')
    if (kept === undefined) await makeClusterPki(config)
    options.onProgress('nodes')
    await awaitReady(config, restarts, AbortSignal.any([options.signal, watch.signal]))
    // One that cannot be had again holds up nothing: images that are here need it not.
    await resumeRegistry(config, claim.token).catch((error: unknown) => options.onNotice?.((error as Error).message))
    finishing = true
    await options.finish?.(config)
    await withStateLock(() => {
      watch.check()
      writeClaim({ ...readClaim(config.name)!, finished: true })
    })
    options.signal.throwIfAborted()
  } catch (error) {
    const logs = logTails(config)
    if (kept === undefined) await takeDown(config.name, hold)
    else await rest(config.name, stateDir, hold)
    options.signal.throwIfAborted()
    watch.signal.throwIfAborted()
    const fault = stateFault(error, config.stateDir)
    throw finishing || fault instanceof ClusterError
      ? fault
      : new ClusterError('START_FAILED', `cluster ${config.name} did not start: ${(error as Error).message}${logs}`, {
          cause: error,
        })
  }
  return config
}

/**
 * The families of the cluster that may be there: what is asked for beside them is compared with it, and is no other cluster of
 * both.
 */
const familiesThere = (stateDir: string): ClusterRequest['families'] => {
  // One that was written otherwise than by us is refused later.
  const ranges: unknown = tryReadConfig(statePaths(stateDir).config)?.nodeCidr
  return Array.isArray(ranges) && ranges.length > 0 ? familiesOf(ranges.map(String)) : undefined
}

/**
 * Starts again what died of a cluster whose containers run: nothing that stands or runs is touched, whatever comes of it.
 * What was started is left to its supervisors where it does not come to its end here.
 */
const bringBack = async (found: HalfDead, options: UpOptions): Promise<ClusterConfig> => {
  const { config, claim } = found
  refuseOtherShape(config, options, 'with processes that are dead')
  const missing = config.ephemeral ? undefined : missingObjects(config.stateDir)
  if (missing !== undefined) options.onNotice?.(missing)
  const restarts = new Restarts(config)
  options.signal.throwIfAborted()
  await revive(found)
  using watch = watchClaim(config.name, claim.token)
  options.onProgress('nodes')
  try {
    const signal = AbortSignal.any([options.signal, watch.signal])
    if (found.dead.includes('control-plane')) await awaitApi(config, restarts, signal)
    await awaitReady(config, restarts, signal)
    await resumeRegistry(config, claim.token).catch((error: unknown) => options.onNotice?.((error as Error).message))
  } catch (error) {
    watch.signal.throwIfAborted()
    if (error instanceof ClusterError) throw error
    if (options.signal.aborted)
      throw new ClusterError('INTERRUPTED', 'interrupted; what was started goes on by itself', {
        hint: `see how it is: fairlead status ${config.name}`,
      })
    throw new ClusterError(
      'START_FAILED',
      `cluster ${config.name} does not come back yet: ${(error as Error).message}${logTails(config)}`,
      { cause: error, hint: `its containers run on, and what died is tried again: fairlead status ${config.name}` },
    )
  }
  await options.finish?.(config)
  options.onRevived?.(found.dead)
  return config
}

/** From here on the name is ours, and whatever is made under it. */
const claimName = ({ name, stateDir, nodes, apiServer, clusterCidr, serviceCidr }: ClusterConfig): Claim => {
  const claim: Claim = {
    name,
    stateDir,
    token: `${name}/${randomUUID()}`,
    by: identifyProcess(process.pid)!,
    supervisors: [],
    nodes: nodes.length,
    hostPort: apiServer.hostPort,
    clusterCidr,
    serviceCidr,
  }
  writeClaim(claim)
  return claim
}

/**
 * Lays the state folder down and starts both processes. What goes wrong is returned: from here on there is something to
 * take down.
 */
const begin = (config: ClusterConfig, claim: Claim): unknown => {
  try {
    writeConfig(config)
    const supervisors: Claim['supervisors'][number][] = []
    for (const role of ROLES) {
      supervisors.push({ role, process: startSupervised(role, config, claim.token, programOf(role)) })
      writeClaim({ ...claim, supervisors })
    }
    return undefined
  } catch (error) {
    return error
  }
}

/** Keys and certificates lie there. */
const refuseShown = (stateDir: string): void => {
  const folder = shownFolder(stateDir)
  if (folder !== undefined)
    throw new ClusterError('STATE_SHOWN', `the state folder ${stateDir} lies in ${folder}, which pods see`, {
      hint: 'set $FAIRLEAD_STATE to a folder elsewhere: pods of fairlead/host see the machine’s folders of programs',
    })
}

/**
 * Refuses a name that is claimed, or under which anything stands on this machine: what is made here must be all that
 * there is, since all of it is taken away again where the start fails.
 */
const refuseTaken = (name: string): void => {
  const claim = readClaim(name)
  const stateDir = claim?.stateDir ?? clusterStateDir(name)
  const remains = claim === undefined ? remainsOf(name) : []
  const state = findState(name, stateDir)
  if (claim === undefined && remains.length === 0 && state === 'none') return
  const running =
    claim === undefined ? remains.some((one) => one.startsWith('process ')) : isRunning(claim) && !isUnfinished(claim)
  if (running)
    throw new ClusterError('CLUSTER_EXISTS', `a cluster named ${name} is running${elsewhere(stateDir)}`, {
      hint: `see how it is: fairlead status ${name}; take it down: fairlead down ${name}; or choose another name`,
    })
  const what =
    claim !== undefined && isHeld(claim)
      ? 'but its start was cut off'
      : claim !== undefined || state === 'there'
        ? `but cannot be brought back: ${whyNotKept(claim, tryReadConfig(statePaths(stateDir).config)) ?? 'its state lies elsewhere'}`
        : `or something of one: ${remains.slice(0, 3).join(', ')}`
  throw new ClusterError('CLUSTER_DEAD', `a cluster named ${name} is there${elsewhere(stateDir)}, ${what}`, {
    hint: `clean it up: fairlead down ${name}`,
  })
}

/** Said where the state lies in another folder than ours would. */
const elsewhere = (stateDir: string): string => (dirname(stateDir) === stateRoot() ? '' : ` (its state is ${stateDir})`)
