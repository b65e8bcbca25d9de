import { join, normalize } from 'node:path/posix'
import type { Image } from '../../images/image.ts'
import type { ContainerSpec, Mount } from '../../runtime.ts'

interface OciMount {
  readonly destination: string
  readonly type: string
  readonly source: string
  readonly options: readonly string[]
}

/** Where a container's files are. */
export interface MountPlace {
  /** Folder of its scratch layers. */
  readonly layers: string
  /**
   * Where its users are its own: what its root and its mounts are made of has been mounted already, with its users for
   * owners. By shownKey(): where the source of a mount is shown so.
   */
  readonly shown?: ReadonlyMap<string, string>
}

/** Where the scratch layer of the root lies, or, by its place in the image, of an overlay upon it. */
export function scratchLayer(
  folder: string,
  index: number | undefined,
): { readonly upper: string; readonly work: string } {
  const layer = join(folder, index === undefined ? 'root' : String(index))
  return { upper: join(layer, 'upper'), work: join(layer, 'work') }
}

/** Of all its hierarchies, where the kernel's are of version 1. */
export const CGROUP_ROOT = '/sys/fs/cgroup'
const SHM_SIZE = 'size=65536k'

/**
 * The mounts of a container, in order.
 *
 * The overlays are mounted by runc itself, the first on `/`, so they live in the container's own mount namespace: nothing
 * is left mounted on the machine when everything of ours is killed, and no mount has to be undone.
 */
export function ociMounts(spec: ContainerSpec, image: Image, place: MountPlace): readonly OciMount[] {
  const privileged = spec.privileged === true
  const sys = ['nosuid', 'noexec', 'nodev', ...(privileged ? [] : ['ro'])]
  const overlay = (destination: string, lowerDirs: readonly string[], index?: number): OciMount => {
    const { upper, work } = scratchLayer(place.layers, index)
    return { destination, type: 'overlay', source: 'overlay', options: overlayOptions({ lowerDirs, upper, work }) }
  }
  const bound = new Set(spec.mounts.map(({ destination }) => normalize(destination).replace(/(?<=.)\/$/, '')))
  const builtIn: readonly OciMount[] = [
    ...(place.shown === undefined
      ? [
          overlay('/', image.lowerDirs),
          ...image.overlays.map(({ destination, lowerDir }, index) => overlay(destination, [lowerDir], index)),
        ]
      : []),
    { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
    {
      destination: '/dev',
      type: 'tmpfs',
      source: 'tmpfs',
      options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
    },
    {
      destination: '/dev/pts',
      type: 'devpts',
      source: 'devpts',
      options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
    },
    { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: ['nosuid', 'noexec', 'nodev'] },
    sharedMemory(spec.hostIpc === true),
    { destination: '/sys', type: 'sysfs', source: 'sysfs', options: sys },
    // Its own cgroup, under version 1 in each hierarchy: a Java machine, say, takes its heap by the limit that it finds there.
    { destination: CGROUP_ROOT, type: 'cgroup', source: 'cgroup', options: [...sys, 'relatime'] },
    ...image.tmpfs.map(({ destination, mode }) => ({
      destination,
      type: 'tmpfs',
      source: 'tmpfs',
      options: ['nosuid', 'nodev', `mode=${mode}`],
    })),
  ]
  // What the pod mounts itself, say its own /dev/shm, takes the place of ours, and its /dev or /sys that of all below.
  const replaced = (path: string): boolean => [...bound].some((one) => path === one || path.startsWith(`${one}/`))
  return [
    ...builtIn.filter(({ destination }) => !replaced(destination)),
    // Whatever the order in which they were written: a mount upon its parent's would hide under it.
    ...[...image.extraMounts, ...spec.mounts]
      .toSorted((one, other) => depth(one.destination) - depth(other.destination))
      .map((mount) => bindMount(mount, place.shown)),
  ]
}

/** The IPC objects of POSIX are files there: who has the machine's IPC has the machine's files. */
function sharedMemory(hostIpc: boolean): OciMount {
  const destination = '/dev/shm'
  return hostIpc
    ? { destination, type: 'bind', source: '/dev/shm', options: ['rbind', 'rprivate', 'nosuid', 'noexec', 'nodev'] }
    : { destination, type: 'tmpfs', source: 'shm', options: ['nosuid', 'noexec', 'nodev', 'mode=1777', SHM_SIZE] }
}

interface OverlayParts {
  /** Top first. */
  readonly lowerDirs: readonly string[]
  readonly upper: string
  readonly work: string
}

/** As mount(8) has them after `-o`. */
export function overlayOptions({ lowerDirs, upper, work }: OverlayParts): readonly string[] {
  return [`lowerdir=${lowerDirs.map(escapeLayer).join(':')}`, `upperdir=${upper}`, `workdir=${work}`]
}

function depth(path: string): number {
  return normalize(path)
    .split('/')
    .filter((part) => part !== '').length
}

/** A source that is to be written to is shown apart from the same one that is not. */
export function shownKey({ source, readOnly }: Pick<Mount, 'source' | 'readOnly'>): string {
  return `${readOnly ? 'ro' : 'rw'} ${source}`
}

function bindMount(mount: Mount, shown: MountPlace['shown']): OciMount {
  const { source, destination, readOnly, isInert, propagation = 'private' } = mount
  const inert = isInert ? ['nosuid', 'nodev', 'noexec'] : []
  const options = ['rbind', `r${propagation}`, readOnly ? 'ro' : 'rw', ...inert]
  return { destination, type: 'bind', source: shown?.get(shownKey(mount)) ?? source, options }
}

/** Colons separate layers. */
function escapeLayer(path: string): string {
  return path.replace(/[\\:]/g, (character) => `\\${character}`)
}
