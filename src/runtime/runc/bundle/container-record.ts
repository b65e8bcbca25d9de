import { existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'

import type { ContainerState, MadeContainer } from '../../runtime.ts'
import { isGone } from '../processes/is-gone.ts'
import { isAlive, type ProcessIdentity, runsWith } from '../processes/process-identity.ts'
import { numberOfSignal } from '../processes/signals.ts'
import { type BundlePaths, bundlePaths, type RuntimePaths } from './runtime-paths.ts'

/**
 * What is kept of a container on disk, for the next process of ours. What runs is asked of the kernel, never of this.
 */
export interface StoredContainer {
  readonly id: string
  readonly image: string
  /** `Image.contentId` of its image, and of those among its mounts: while it is here, they are in use. */
  readonly imageIds?: readonly string[]
  readonly annotations: Readonly<Record<string, string>>
  readonly made: MadeContainer
  readonly cgroupsPath: string
  readonly tty: boolean
  readonly stdin: boolean
  /** Its stdin ends with the first who gives it one. */
  readonly stdinOnce?: true
  readonly createdAt: string
  /** The process of ours that made it: while it lives, a container without `process` is being made. */
  readonly creator: ProcessIdentity
  readonly process?: ProcessIdentity
  readonly startedAt?: string
  /** Its program tells by a file that it does its work: start() waits for it. */
  readonly announces?: boolean
  /** Its process namespace is not its own: what it leaves behind does not end with it. */
  readonly sharesProcesses?: true
  /** Its users are its own: where its root is mounted while it is being made. */
  readonly ownRoot?: string
  /** The last signal that stop() sent: conmon reports 128 + N alike for a signal and for exit(128 + N). */
  readonly sentSignal?: string
  /** How it ended, where nobody told: what was said of it once stays so. */
  readonly unseen?: Exit
}

/** The end of a container. */
export type Exit = Extract<ContainerState, { readonly state: 'exited' }>

/** Writes a container’s record, whole or not at all. */
export function writeRecord(paths: BundlePaths, stored: StoredContainer): void {
  // Renamed into place, so that a reader never sees half of it. Not synced: it need not outlive the machine, the
  // container does not either.
  const draft = `${paths.record}.new`
  writeFileSync(draft, JSON.stringify(stored), { mode: 0o600 })
  renameSync(draft, paths.record)
}

/** What has to be freed of a container; unknown where it died before its record was written. */
export interface Leftover {
  readonly id: string
  readonly cgroupsPath?: string
  readonly ownRoot?: string
  readonly sharesProcesses?: true
}

interface StoredContainers {
  readonly stored: readonly StoredContainer[]
  /** Another process is making these, and lives. */
  readonly making: readonly StoredContainer[]
  /** Whoever was making these is dead. */
  readonly abandoned: readonly Leftover[]
}

/** A folder that has no record for so long was never given one. */
const RECORD_DUE_MS = 5000

/** Every container on disk; not one that is being made and has no record yet. */
export function readRecords(paths: RuntimePaths): StoredContainers {
  const stored: StoredContainer[] = []
  const making: StoredContainer[] = []
  const abandoned: Leftover[] = []
  if (!existsSync(paths.containers)) return { stored, making, abandoned }
  for (const id of readdirSync(paths.containers)) {
    const bundle = bundlePaths(paths, id)
    try {
      const record = completed(JSON.parse(readFileSync(bundle.record, 'utf8')) as StoredContainer)
      if (record.process !== undefined) stored.push(record)
      else if (isAlive(record.creator)) making.push(record)
      else abandoned.push(record)
    } catch (error) {
      // Not there, or half written.
      if (!isGone(error) && !(error instanceof SyntaxError)) throw error
      const made = statSync(bundle.folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()
      if (Date.now() - made > RECORD_DUE_MS) abandoned.push({ id })
    }
  }
  return { stored, making, abandoned }
}

/** A container that an older version of ours has made runs on: what it did not write down is as images mostly have it. */
function completed(record: StoredContainer): StoredContainer {
  return {
    ...record,
    made: record.made ?? { user: { uid: 0, gid: 0, supplementalGroups: [0] }, stopSignal: 'SIGTERM' },
  }
}

/** The state of a container now: from its exit file, or else from the kernel. */
export function containerState(stored: StoredContainer, paths: BundlePaths): ContainerState {
  const { createdAt, process, startedAt, unseen } = stored
  if (unseen !== undefined) return unseen
  const exit = readExit(paths)
  if (exit !== undefined) return exitedState(stored, exit.exitCode, exit.finishedAt, existsSync(paths.oom))
  if (process !== undefined && isAlive(process)) {
    return startedAt === undefined
      ? { state: 'created', createdAt }
      : { state: 'running', pid: process.pid, createdAt, startedAt }
  }
  // Its process is gone; while conmon lives, it is about to write the exit file.
  if (process !== undefined && conmonProcess(paths) !== undefined) {
    return startedAt === undefined
      ? { state: 'created', createdAt }
      : { state: 'running', pid: process.pid, createdAt, startedAt }
  }
  // It may have done so, and ended, since the file was looked for.
  const late = readExit(paths)
  if (late !== undefined) return exitedState(stored, late.exitCode, late.finishedAt, existsSync(paths.oom))
  // Kubernetes' exit status and reason of a container whose end nobody saw.
  return {
    ...exitedState(stored, 137, new Date().toISOString(), false),
    reason: 'ContainerStatusUnknown',
    message: `the exit status of container '${stored.id}' is unknown: its conmon was killed`,
  }
}

/**
 * The state of a container that an earlier process of ours has left. One that ended while nobody looked, as where the
 * machine was restarted, has containerd's exit status and reason of that.
 */
export function foundState(stored: StoredContainer, paths: BundlePaths): ContainerState {
  const state = containerState(stored, paths)
  if (state.state !== 'exited' || state.reason !== 'ContainerStatusUnknown' || stored.unseen !== undefined) return state
  const { message: _, ...seen } = state
  return { ...seen, exitCode: 255, reason: 'Unknown' }
}

/** The conmon that watches over this bundle; undefined where none lives. */
export function conmonProcess(paths: BundlePaths): number | undefined {
  try {
    const pid = Number(readFileSync(paths.conmonPid, 'utf8'))
    return runsWith(pid, 'conmon', paths.folder) ? pid : undefined
  } catch (error) {
    if (!isGone(error)) throw error
    return undefined
  }
}

function readExit(paths: BundlePaths): { readonly exitCode: number; readonly finishedAt: string } | undefined {
  try {
    const exitCode = Number(readFileSync(paths.exit, 'utf8'))
    return { exitCode, finishedAt: statSync(paths.exit).mtime.toISOString() }
  } catch (error) {
    if (!isGone(error)) throw error
    return undefined
  }
}

function exitedState(
  { createdAt, startedAt, sentSignal }: StoredContainer,
  exitCode: number,
  finishedAt: string,
  oom: boolean,
): Exit {
  const signal = sentSignal === undefined ? undefined : numberOfSignal(sentSignal)
  return {
    state: 'exited',
    exitCode,
    ...(signal !== undefined && exitCode === 128 + signal ? { signal } : {}),
    createdAt,
    startedAt: startedAt ?? finishedAt,
    finishedAt,
    reason: oom ? 'OOMKilled' : exitCode === 0 ? 'Completed' : 'Error',
  }
}

/** Names of exit files: conmon writes a temporary one first, `ID.XXXXXX`, and ids have no dot. */
export function isExitFile(name: string): boolean {
  return !basename(name).includes('.')
}
