import { createHash } from 'node:crypto'
import { join } from 'node:path'

/**
 * Where the runtime of one cluster keeps what, all below `stateDir`. Names are stable: a later process of ours adopts
 * by them.
 */
export interface RuntimePaths {
  readonly stateDir: string
  /** Bundles, one folder a container. */
  readonly containers: string
  /** conmon writes one file a container that has exited. */
  readonly exits: string
  /** runc's own state, `runc --root`. */
  readonly runc: string
  /** conmon's attach sockets. */
  readonly sockets: string
  /** Empty folder that every rootfs is mounted on, each in its container's own mount namespace. */
  readonly rootfs: string
}

/** Where a runtime keeps things, below its own folder. */
export function runtimePaths(stateDir: string): RuntimePaths {
  return {
    stateDir,
    containers: join(stateDir, 'containers'),
    exits: join(stateDir, 'exits'),
    runc: join(stateDir, 'runc'),
    sockets: join(stateDir, 'sockets'),
    rootfs: join(stateDir, 'rootfs'),
  }
}

export interface BundlePaths {
  readonly folder: string
  readonly config: string
  /** Scratch layers of its overlays. */
  readonly layers: string
  readonly record: string
  readonly conmonPid: string
  readonly execFifo: string
  readonly exit: string
  /** conmon leaves this file in its working directory where the kernel's OOM killer struck. */
  readonly oom: string
  /** Written by the container's program as soon as it does its work, where its image has such a file. */
  readonly started: string
  /** The container's annotations, for its programs to read, where its image has a place for them. */
  readonly annotations: string
  /** FIFO that resizes the terminal. */
  readonly control: string
  /** FIFO that conmon, and nobody else, holds open for writing as long as it lives. */
  readonly pulse: string
  readonly socketName: string
  readonly attach: string
}

/** Where a container’s things lie. The id must have been checked: it becomes part of paths. */
export function bundlePaths(paths: RuntimePaths, id: string): BundlePaths {
  const folder = join(paths.containers, id)
  // A socket's path has at most 107 bytes, and conmon cuts longer ones: a short name for any id.
  const socketName = createHash('sha256').update(id).digest('hex').slice(0, 12)
  return {
    folder,
    config: join(folder, 'config.json'),
    layers: join(folder, 'layers'),
    record: join(folder, 'record.json'),
    conmonPid: join(folder, 'conmon.pid'),
    execFifo: join(paths.runc, id, 'exec.fifo'),
    exit: join(paths.exits, id),
    oom: join(folder, 'oom'),
    started: join(folder, 'started'),
    annotations: join(folder, 'annotations.json'),
    control: join(folder, 'ctl'),
    pulse: join(folder, 'winsz'),
    socketName,
    attach: join(paths.sockets, socketName, 'attach'),
  }
}
