import { chownSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { openBeneath, openRoot } from '#kernel/files/beneath.ts'
import { showForUsers } from '#kernel/files/idmapped.ts'
import { makePrivate, mountOverlay, unmountBelow } from '#kernel/files/mount.ts'
import type { Image } from '../images/image.ts'
import type { Mount, UserNamespace } from '../runtime.ts'
import { overlayOptions, scratchLayer, shownKey } from './bundle/oci-mounts.ts'

/**
 * Below it, roots of containers whose users are their own, until runc has them: those users get nowhere else that is ours,
 * and have to be able to walk there.
 */
const ROOTS = '/run/fairlead/roots'

/** Where the root of a container lies that has users of its own. */
export const ownRoot = (cluster: string, id: string): string => join(ROOTS, cluster, id)

interface OwnUsersRequest {
  readonly image: Pick<Image, 'lowerDirs' | 'overlays'>
  /** Folder of the container's scratch layers. */
  readonly layers: string
  readonly mounts: readonly Mount[]
  readonly users: UserNamespace
}

interface OwnUsersRoot {
  readonly rootfs: string
  /** By shownKey(): where the source of a mount is shown with the container's users for its owners. */
  readonly shown: ReadonlyMap<string, string>
}

/**
 * Mounts the root of a container whose users are its own, and what it is to see of the machine, in `folder`: with the
 * pod's users for owners, so that what is root's on the disk is root's in there. runc moves it all into the container's
 * mount namespace; `leaveOwnRoot()` is due then, and `freeOwnRoot()` in the end. Throws KernelError.
 */
export function mountOwnRoot(folder: string, { image, layers, mounts, users }: OwnUsersRequest): OwnUsersRoot {
  const rootfs = join(folder, 'rootfs')
  // Whatever the umask: the pod's root walks through, and sees no names.
  const mask = process.umask(0)
  try {
    mkdirSync(rootfs, { recursive: true, mode: 0o711 })
  } finally {
    process.umask(mask)
  }
  const namespace = openSync(users.path, 'r')
  try {
    const show = (source: string, name: string): string => {
      const target = join(folder, 'layers', name)
      showForUsers(source, target, { users: namespace, readOnly: true })
      return target
    }
    const lowerDirs = image.lowerDirs.map((source, index) => show(source, `root-${index}`))
    mountLayers(rootfs, lowerDirs, ownLayer(layers, undefined, users.firstId))
    for (const [index, { destination, lowerDir }] of image.overlays.entries()) {
      const lower = [show(lowerDir, String(index))]
      withPlace(rootfs, destination, (place) => mountLayers(place, lower, ownLayer(layers, index, users.firstId)))
    }
    // Else what is taken away here would go in the container too.
    makePrivate(rootfs)
    const shown = new Map<string, string>()
    for (const mount of mounts) {
      const key = shownKey(mount)
      if (shown.has(key)) continue
      const target = join(folder, 'mounts', String(shown.size))
      // Read-only already here: the pod's root could take that off what runc mounts for it.
      showForUsers(mount.source, target, { users: namespace, readOnly: mount.readOnly })
      shown.set(key, target)
    }
    return { rootfs, shown }
  } finally {
    closeSync(namespace)
  }
}

/**
 * Takes away what mountOwnRoot() has mounted, as soon as the container has it in its own mount namespace. The empty root
 * stays: `runc exec` starts from there.
 */
export function leaveOwnRoot(folder: string): void {
  unmountBelow(folder)
  for (const name of ['layers', 'mounts']) rmSync(join(folder, name), { recursive: true, force: true })
}

/** Takes away what is left of it, mounted or not. No error where nothing is there. */
export function freeOwnRoot(folder: string): void {
  if (!existsSync(folder)) return
  unmountBelow(folder)
  rmSync(folder, { recursive: true, force: true })
  for (const parent of [dirname(folder), ROOTS]) {
    try {
      rmdirSync(parent)
    } catch {
      // Another container is being made there.
      return
    }
  }
}

/** Takes away what is left of all of a cluster's, wherever its makers died. */
export function freeOwnRoots(cluster: string): void {
  const folder = join(ROOTS, cluster)
  for (const id of existsSync(folder) ? readdirSync(folder) : []) freeOwnRoot(join(folder, id))
}

interface Layer {
  readonly upper: string
  readonly work: string
}

/** The merged folder is whose the upper one is. */
function ownLayer(layers: string, index: number | undefined, owner: number): Layer {
  const layer = scratchLayer(layers, index)
  chownSync(layer.upper, owner, owner)
  return layer
}

/** Named by descriptor: the options of a mount have 4096 bytes, and an image may have 127 layers. */
function mountLayers(target: string, lowerDirs: readonly string[], layer: Layer): void {
  const opened: number[] = []
  try {
    for (const folder of lowerDirs) opened.push(openRoot(folder))
    const named = opened.map((fd) => `/proc/self/fd/${fd}`)
    mountOverlay(target, overlayOptions({ lowerDirs: named, ...layer }).join(','))
  } finally {
    for (const fd of opened) closeSync(fd)
  }
}

/** A place in a root that is somebody else's, held by descriptor: a link in there leads nowhere outside. */
function withPlace(rootfs: string, destination: string, act: (place: string) => void): void {
  const root = openRoot(rootfs)
  try {
    const place = openBeneath(root, destination.replace(/^\/+/, ''))
    try {
      act(`/proc/self/fd/${place}`)
    } finally {
      closeSync(place)
    }
  } finally {
    closeSync(root)
  }
}
