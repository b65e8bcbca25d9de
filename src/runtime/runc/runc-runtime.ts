import { type FSWatcher, mkdirSync, watch } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { removeFolder } from '../folders/remove-folder.ts'
import type { ImageStore } from '../images/image.ts'
import { imageAccess } from '../images/image-access.ts'
import { createImageStore } from '../images/image-store.ts'
import type { ContainerRecord, ContainerSpec, ContainerState, MadeContainer, Runtime } from '../runtime.ts'
import { RuntimeError } from '../runtime-error.ts'
import { Turns } from '../turns.ts'
import { announcedStart } from './announced-start.ts'
import { heldCapabilities } from './bundle/capabilities.ts'
import {
  type Exit,
  foundState,
  isExitFile,
  type Leftover,
  readRecords,
  type StoredContainer,
} from './bundle/container-record.ts'
import type { MachineAbilities } from './bundle/oci-spec.ts'
import { bundlePaths, runtimePaths } from './bundle/runtime-paths.ts'
import { toldError } from './bundle/told-paths.ts'
import { checkSpec, makeContainer } from './container-maker.ts'
import { abandon, discard, endProcesses } from './discard.ts'
import { holderSpec } from './holder.ts'
import { KeptContainer } from './kept-container.ts'
import { Leftovers } from './leftovers.ts'
import { updateLimits } from './limits.ts'
import { ownRoot } from './own-users.ts'
import { cgroupVersion, missingControllers, pruneCgroups } from './processes/cgroup.ts'
import { cgroupUsage } from './processes/cgroup-usage.ts'
import { attachToContainer } from './programs/attach.ts'
import type { Programs } from './programs/conmon.ts'
import { execInContainer } from './programs/exec.ts'
import { releaseExecFifo } from './programs/exec-fifo.ts'
import { foundPrograms } from './programs/found-programs.ts'
import { openStdio } from './programs/stdio.ts'
import { toldVersion } from './programs/told-version.ts'
import { Removals } from './removals.ts'

interface RuncRuntimeOptions {
  /** Folder of this runtime alone, below the cluster's: `STATE/NAME/runtime`. */
  readonly stateDir: string
  /** The cluster's name: cgroups lie below /fairlead/NAME. */
  readonly cluster: string
  readonly images?: ImageStore
  readonly programs?: Programs
  /** Told of what goes wrong where no caller waits. */
  readonly onError?: (error: unknown) => void
}

export interface RuncRuntime extends Runtime {
  /** Stops watching and looking. Containers go on. */
  close(): void
}

const START_TIMEOUT_MS = 10_000
/** How long the making of one container may hold up others where many come at once. */
const MAKING_MS = 10_000
/** A program that has not told of its start by then counts as started all the same. */
const ANNOUNCED_MS = 30_000
/** How often every container is looked at, as Kubernetes' kubelet relists. */
const LOOK_MS = 1000
/** And one whose conmon has just died: what is killed takes a moment to end. */
const SOON_MS = 5
const SOON_TRIES = 40

/**
 * Containers by runc under conmon. What an earlier process left is adopted at once; containers outlive this process.
 */
export function createRuncRuntime(options: RuncRuntimeOptions): RuncRuntime {
  const paths = runtimePaths(options.stateDir)
  const images = options.images ?? createImageStore({ folder: join(options.stateDir, 'images') })
  const listeners: ((id: string, state: ContainerState) => void)[] = []
  const entries = new Map<string, KeptContainer>()
  const creating = new Set<string>()
  const removals = new Removals()
  const making = new Turns(2 + 2 * availableParallelism())
  let machine: MachineAbilities | undefined
  const unlimited = missingControllers()
  const programs = foundPrograms(options.programs)
  const tell = (error: unknown): void => options.onError?.(error)
  const leftovers = new Leftovers((leftover) => abandon(paths, ownOf(leftover)), tell)

  for (const folder of [paths.containers, paths.exits, paths.sockets, paths.runc, paths.rootfs])
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  // Watched before the disk is read: an exit in between is seen twice, never missed.
  const watcher: FSWatcher = watch(paths.exits, (_, name) => {
    if (name !== null && isExitFile(name)) tellFaults(() => noticeExit(name))
  })
  watcher.on('error', tell)
  const found = readRecords(paths)
  for (const stored of found.stored) {
    const state = foundState(stored, bundlePaths(paths, stored.id))
    keep(stored, state.state === 'exited' ? state : undefined)
  }
  for (const leftover of found.abandoned) leftovers.add(leftover)

  const looking = setInterval(lookAtAll, LOOK_MS)
  // It keeps no process alive that has nothing else to do.
  looking.unref()

  /** Without its cgroup where another attempt has that by now. */
  function ownOf({ cgroupsPath, ...others }: Leftover): Leftover {
    const isTaken = [...entries.values()].some(({ stored }) => stored.cgroupsPath === cgroupsPath)
    return cgroupsPath === undefined || isTaken ? others : { ...others, cgroupsPath }
  }

  function tellFaults(work: () => unknown): void {
    try {
      work()
    } catch (error) {
      tell(error)
    }
  }

  function keep(stored: StoredContainer, exit?: Exit): KeptContainer {
    const kept = new KeptContainer(stored, bundlePaths(paths, stored.id), exit, () => conmonDied(stored.id))
    entries.set(stored.id, kept)
    return kept
  }

  /** The watcher of exit files may miss one, and a conmon that was killed writes none. */
  function lookAtAll(): void {
    leftovers.sweep()
    for (const id of entries.keys()) lookAt(id)
  }

  function lookAt(id: string): void {
    tellFaults(() => entries.get(id)?.look(performance.now()) === false && noticeExit(id))
  }

  function conmonDied(id: string, tries = 0): void {
    lookAt(id)
    const entry = entries.get(id)
    if (entry === undefined || entry.exit !== undefined || tries === SOON_TRIES) return
    setTimeout(() => conmonDied(id, tries + 1), SOON_MS).unref()
  }

  function noticeExit(id: string): void {
    const entry = entries.get(id)
    if (entry === undefined || entry.exit !== undefined) return
    const { state } = entry
    if (state.state !== 'exited') return
    entry.end(state)
    if (entry.stored.sharesProcesses) endProcesses(entry.stored)
    for (const listener of listeners) tellFaults(() => listener(id, state))
  }

  function entryOf(id: string): KeptContainer {
    const entry = entries.get(id)
    if (entry === undefined) throw new RuntimeError('CONTAINER_NOT_FOUND', `there is no container '${id}'`)
    return entry
  }

  function stateOf(id: string, entry: KeptContainer): ContainerState {
    // Also notices what no event tells: a container whose conmon was killed.
    noticeExit(id)
    return entry.state
  }

  const findMachine = (): MachineAbilities => {
    machine ??= { capabilities: heldCapabilities(), cgroupVersion: cgroupVersion(), unlimited }
    return machine
  }
  const workshop = {
    paths,
    cluster: options.cluster,
    images,
    programs,
    leftovers,
    machine: findMachine,
  }

  async function create(spec: ContainerSpec, signal?: AbortSignal): Promise<MadeContainer> {
    checkSpec(spec)
    await removals.over(spec.id)
    if (entries.has(spec.id) || creating.has(spec.id)) {
      throw new RuntimeError('CONTAINER_EXISTS', `container '${spec.id}' exists: remove it first`)
    }
    creating.add(spec.id)
    try {
      const processes = spec.processesOf === undefined ? undefined : `/proc/${runningPid(spec.processesOf)}/ns/pid`
      const entry = keep(
        await making.takeAtMost(MAKING_MS, () => makeContainer(workshop, spec, { processes, signal }), signal),
      )
      if (spec.stdinOnce) entry.joinedOnce = true
      return entry.stored.made
    } finally {
      creating.delete(spec.id)
    }
  }

  async function start(id: string): Promise<void> {
    const entry = entryOf(id)
    const state = stateOf(id, entry)
    if (state.state === 'running') return
    if (state.state === 'exited')
      throw new RuntimeError('CONTAINER_NOT_RUNNING', `container '${id}' has exited: remove it and create it again`)
    // Written first: a container that is quick to exit has a start time then.
    entry.update({ startedAt: new Date().toISOString() })
    if (entry.joinedOnce) entry.stdio = await openStdio(entry.bundle.attach).catch(() => undefined)
    try {
      await releaseExecFifo(entry.bundle.execFifo, START_TIMEOUT_MS)
    } catch (error) {
      throw new RuntimeError('CONTAINER_CANNOT_RUN', `container '${id}' does not start`, { cause: error })
    }
    if (entry.stored.announces) await announcedStart(entry.bundle.started, entry.exited(), ANNOUNCED_MS)
  }

  async function stop(id: string, graceSeconds: number): Promise<void> {
    const entry = entryOf(id)
    tellFaults(() => noticeExit(id))
    await entry.stop(graceSeconds, tell)
  }

  async function remove(id: string): Promise<void> {
    const entry = entries.get(id)
    if (entry === undefined) return
    await stop(id, 0)
    entries.delete(id)
    entry.close()
    // What it left while nobody looked; unless another attempt has its cgroup by now.
    if (entry.stored.sharesProcesses) endProcesses(ownOf(entry.stored))
    // A million files of one pod would hold up all others, and DNS. What cannot be removed so, is below.
    await removeFolder(entry.bundle.layers).catch(() => undefined)
    discard(paths, entry.stored)
  }

  function runningPid(id: string): number {
    const state = stateOf(id, entryOf(id))
    if (state.state !== 'running')
      throw new RuntimeError('CONTAINER_NOT_RUNNING', `container '${id}' is ${state.state}, not running`)
    return state.pid
  }

  const toUsers = (id: string) => (error: unknown) => {
    throw toldError(error, paths, { folder: bundlePaths(paths, id).folder, ownRoot: ownRoot(options.cluster, id) })
  }

  return {
    unlimited,
    handlers: ['', 'runc'],
    ...imageAccess(images),
    create,
    start,
    hold: async (spec, signal) => {
      await create(holderSpec(spec), signal)
      await start(spec.id)
    },
    resize: async (id, limits) => {
      runningPid(id)
      const target = { runc: programs.find().runc, runcRoot: paths.runc, id, unlimited }
      await updateLimits(target, limits).catch(toUsers(id))
    },
    stop,
    remove: (id) => removals.join(id, () => remove(id)),
    prune: async (node, living) => pruneCgroups(`/fairlead/${options.cluster}/${node}`, living),
    version: toldVersion(programs.runcVersion),
    usage: (cgroup) => cgroupUsage(`/fairlead/${options.cluster}/${cgroup}`),
    scratch: (id) => bundlePaths(paths, id).layers,
    status: async (id) => {
      const entry = entries.get(id)
      return entry === undefined ? undefined : stateOf(id, entry)
    },
    list: async () =>
      [...entries].map(
        ([id, entry]): ContainerRecord => ({
          id,
          image: entry.stored.image,
          annotations: entry.stored.annotations,
          made: entry.stored.made,
          status: stateOf(id, entry),
        }),
      ),
    onExit: (listener) => {
      listeners.push(listener)
    },
    exec: async (id, execOptions) => {
      runningPid(id)
      const target = { ...(await programs.sealed()), runcRoot: paths.runc, folder: bundlePaths(paths, id).folder, id }
      return await execInContainer(target, execOptions).catch(toUsers(id))
    },
    attach: async (id, attachOptions) => {
      runningPid(id)
      const entry = entryOf(id)
      const { stdio } = entry
      // Who comes second opens its own.
      entry.stdio = undefined
      await attachToContainer({ ...entry.stored, ...entry.bundle }, entry.exited(), attachOptions, stdio)
    },
    close: () => {
      clearInterval(looking)
      watcher.close()
      for (const entry of entries.values()) entry.close()
    },
  }
}
