import { type FSWatcher, mkdirSync, watch } from 'node:fs'
import { join } from 'node:path'
import type { ImageStore } from '../images/image.ts'
import { createImageStore } from '../images/image-store.ts'
import type { ContainerIdentity, ContainerRecord, ContainerSpec, ContainerState, Runtime } from '../runtime.ts'
import { RuntimeError } from '../runtime-error.ts'
import { announcedStart } from './announced-start.ts'
import { heldCapabilities } from './bundle/capabilities.ts'
import {
  conmonProcess,
  containerState,
  isExitFile,
  readRecords,
  type StoredContainer,
  writeRecord,
} from './bundle/container-record.ts'
import type { MachineAbilities } from './bundle/oci-spec.ts'
import { bundlePaths, runtimePaths } from './bundle/runtime-paths.ts'
import { checkSpec, makeContainer } from './container-maker.ts'
import { ContainerWatch } from './container-watch.ts'
import { abandon, discard, endProcesses } from './discard.ts'
import { updateLimits } from './limits.ts'
import { cgroupFolders, cgroupVersion, childCgroups, removeCgroup } from './processes/cgroup.ts'
import { cgroupUsage } from './processes/cgroup-usage.ts'
import { signalProcess } from './processes/process-identity.ts'
import { attachToContainer } from './programs/attach.ts'
import type { Programs } from './programs/conmon.ts'
import { execInContainer } from './programs/exec.ts'
import { releaseExecFifo } from './programs/exec-fifo.ts'
import { foundPrograms } from './programs/found-programs.ts'
import { seccompSupport } from './programs/seccomp-support.ts'
import { openStdio, type Stdio } from './programs/stdio.ts'

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

interface Entry {
  stored: StoredContainer
  readonly watch: ContainerWatch
  exited: Extract<ContainerState, { state: 'exited' }> | undefined
  readonly exitWaiters: (() => void)[]
  /** Its stdin closes with the first who leaves: such a one is there from the start, and misses nothing. */
  joinedOnce?: boolean
  stdio?: Stdio | undefined
}

const START_TIMEOUT_MS = 10_000
/** A program that has not told of its start by then counts as started all the same. */
const ANNOUNCED_MS = 30_000
/** How often every container is looked at, as Kubernetes' kubelet relists. */
const LOOK_MS = 1000

/**
 * Containers by runc under conmon. What an earlier process left is adopted at once; containers outlive this process.
 */
export function createRuncRuntime(options: RuncRuntimeOptions): RuncRuntime {
  const paths = runtimePaths(options.stateDir)
  const images = options.images ?? createImageStore({ folder: join(options.stateDir, 'images') })
  const listeners: ((id: string, state: ContainerState) => void)[] = []
  const entries = new Map<string, Entry>()
  const creating = new Set<string>()
  let machine: MachineAbilities | undefined
  const programs = foundPrograms(options.programs)

  for (const folder of [paths.containers, paths.exits, paths.sockets, paths.runc, paths.rootfs])
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  // Watched before the disk is read: an exit in between is seen twice, never missed.
  const watcher: FSWatcher = watch(paths.exits, (_, name) => {
    if (name !== null && isExitFile(name)) noticeExit(name)
  })
  watcher.on('error', (error) => options.onError?.(error))
  const found = readRecords(paths)
  for (const stored of found.stored) {
    const state = containerState(stored, bundlePaths(paths, stored.id))
    keep(stored, state.state === 'exited' ? state : undefined)
  }
  for (const leftover of found.abandoned) abandon(paths, leftover)

  const looking = setInterval(lookAtAll, LOOK_MS)
  // It keeps no process alive that has nothing else to do.
  looking.unref()

  function keep(stored: StoredContainer, exited?: Entry['exited']): void {
    const watch = new ContainerWatch(stored, bundlePaths(paths, stored.id))
    entries.set(stored.id, { stored, watch, exited, exitWaiters: [] })
  }

  /** The watcher of exit files may miss one, and a conmon that was killed writes none. */
  function lookAtAll(): void {
    const now = performance.now()
    for (const [id, { watch, exited }] of entries) {
      try {
        if (exited === undefined && !watch.look(now)) noticeExit(id)
      } catch (error) {
        options.onError?.(error)
      }
    }
  }

  function noticeExit(id: string): void {
    const entry = entries.get(id)
    if (entry === undefined || entry.exited !== undefined) return
    const state = containerState(entry.stored, bundlePaths(paths, id))
    if (state.state !== 'exited') return
    entry.exited = state
    if (entry.stored.sharesProcesses) endProcesses(entry.stored)
    for (const wake of entry.exitWaiters.splice(0)) wake()
    for (const listener of listeners) {
      try {
        listener(id, state)
      } catch (error) {
        options.onError?.(error)
      }
    }
  }

  function entryOf(id: string): Entry {
    const entry = entries.get(id)
    if (entry === undefined) throw new RuntimeError('CONTAINER_NOT_FOUND', `there is no container '${id}'`)
    return entry
  }

  function stateOf(id: string, entry: Entry): ContainerState {
    // Also notices what no event tells: a container whose conmon was killed.
    if (entry.exited === undefined) noticeExit(id)
    return entry.exited ?? containerState(entry.stored, bundlePaths(paths, id))
  }

  function update(entry: Entry, change: Partial<StoredContainer>): void {
    entry.stored = { ...entry.stored, ...change }
    writeRecord(bundlePaths(paths, entry.stored.id), entry.stored)
  }

  const findMachine = (): MachineAbilities => {
    machine ??= { capabilities: heldCapabilities(), cgroupVersion: cgroupVersion() }
    return machine
  }
  const workshop = {
    paths,
    cluster: options.cluster,
    images,
    programs: programs.check,
    machine: findMachine,
    whyNoSeccomp: seccompSupport(() => programs.find().runc),
  }

  async function create(spec: ContainerSpec): Promise<ContainerIdentity> {
    checkSpec(spec)
    if (entries.has(spec.id) || creating.has(spec.id)) {
      throw new RuntimeError('CONTAINER_EXISTS', `container '${spec.id}' exists: remove it first`)
    }
    creating.add(spec.id)
    try {
      const processes = spec.processesOf === undefined ? undefined : `/proc/${runningPid(spec.processesOf)}/ns/pid`
      const { stored, user } = await makeContainer(workshop, spec, processes)
      keep(stored)
      if (spec.stdinOnce) entryOf(spec.id).joinedOnce = true
      return { uid: user.uid, gid: user.gid, supplementalGroups: user.additionalGids }
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
    update(entry, { startedAt: new Date().toISOString() })
    if (entry.joinedOnce) entry.stdio = await openStdio(bundlePaths(paths, id).attach).catch(() => undefined)
    try {
      await releaseExecFifo(bundlePaths(paths, id).execFifo, START_TIMEOUT_MS)
    } catch (error) {
      throw new RuntimeError('CONTAINER_CANNOT_RUN', `container '${id}' does not start`, { cause: error })
    }
    if (entry.stored.announces) await announcedStart(bundlePaths(paths, id).started, exitOf(entry), ANNOUNCED_MS)
  }

  function exitOf(entry: Entry): Promise<void> {
    return entry.exited !== undefined ? Promise.resolve() : new Promise((resolve) => entry.exitWaiters.push(resolve))
  }

  async function stop(id: string, graceSeconds: number): Promise<void> {
    const entry = entryOf(id)
    const before = stateOf(id, entry)
    if (before.state === 'exited') return
    const exit = exitOf(entry)
    const send = (signal: NodeJS.Signals): void => {
      try {
        update(entry, { sentSignal: signal })
      } catch {
        // It says how an end is to be told, and no more: a disk that is full keeps no container alive that fills it.
      }
      if (entry.stored.process !== undefined) signalProcess(entry.stored.process, signal)
      // Where conmon is dead nobody writes an exit file: the process' end is then noticed by looking.
      if (conmonProcess(bundlePaths(paths, id)) === undefined) setTimeout(() => noticeExit(id), 50)
    }
    // What was never started has no program yet that could mind a grace period.
    if (before.state === 'created' || graceSeconds <= 0) send('SIGKILL')
    else send(entry.stored.stopSignal)
    const timer = setTimeout(() => send('SIGKILL'), Math.max(0, graceSeconds) * 1000)
    try {
      await exit
    } finally {
      clearTimeout(timer)
    }
  }

  async function remove(id: string): Promise<void> {
    const entry = entries.get(id)
    if (entry === undefined) return
    await stop(id, 0)
    entries.delete(id)
    entry.stdio?.socket.destroy()
    discard(paths, entry.stored)
  }

  function runningPid(id: string): number {
    const state = stateOf(id, entryOf(id))
    if (state.state !== 'running')
      throw new RuntimeError('CONTAINER_NOT_RUNNING', `container '${id}' is ${state.state}, not running`)
    return state.pid
  }

  return {
    handlers: ['', 'runc'],
    imageStatus: (image) => {
      // A container of it is next: what stands against that is said where it is made.
      programs.check().catch(() => undefined)
      return images.find(image)
    },
    pullImage: (image, logins) => images.pull(image, logins),
    imageFolders: async (image) => (await images.resolve(image)).lowerDirs,
    create,
    start,
    resize: async (id, limits) => {
      runningPid(id)
      await updateLimits({ runc: programs.find().runc, runcRoot: paths.runc, id }, limits)
    },
    stop,
    remove,
    prune: async (node, living) => {
      const group = `/fairlead/${options.cluster}/${node}`
      for (const uid of childCgroups(group)) {
        if (!living.has(uid)) for (const folder of cgroupFolders(`${group}/${uid}`)) removeCgroup(folder)
      }
    },
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
          status: stateOf(id, entry),
        }),
      ),
    onExit: (listener) => {
      listeners.push(listener)
    },
    exec: async (id, execOptions) => {
      runningPid(id)
      return await execInContainer(
        { runc: programs.find().runc, runcRoot: paths.runc, folder: bundlePaths(paths, id).folder, id },
        execOptions,
      )
    },
    attach: async (id, attachOptions) => {
      runningPid(id)
      const entry = entryOf(id)
      const { stdio } = entry
      // Who comes second opens its own.
      entry.stdio = undefined
      await attachToContainer({ ...entry.stored, ...bundlePaths(paths, id) }, exitOf(entry), attachOptions, stdio)
    },
    close: () => {
      clearInterval(looking)
      watcher.close()
    },
  }
}
