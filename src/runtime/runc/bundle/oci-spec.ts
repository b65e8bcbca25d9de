import { join, normalize } from 'node:path/posix'
import type { Image } from '../../images/image.ts'
import type { ContainerLimits, ContainerSpec, Mount } from '../../runtime.ts'
import { RuntimeError } from '../../runtime-error.ts'
import { containerCapabilities } from './capabilities.ts'

/** What the machine is able to give, probed once a process. */
export interface MachineAbilities {
  readonly capabilities: ReadonlySet<string>
  /** 2 where the unified hierarchy stands alone; 1 also for the hybrid layout, whose controllers are version 1. */
  readonly cgroupVersion: 1 | 2
}

interface BundleFolders {
  readonly rootfs: string
  /** Of its scratch layers. */
  readonly layers: string
}

/** Where the scratch layer of the root lies, or, by its place in the image, of an overlay upon it. */
export function scratchLayer(
  folder: string,
  index: number | undefined,
): { readonly upper: string; readonly work: string } {
  const layer = join(folder, index === undefined ? 'root' : String(index))
  return { upper: join(layer, 'upper'), work: join(layer, 'work') }
}

interface OciMount {
  readonly destination: string
  readonly type: string
  readonly source: string
  readonly options: readonly string[]
}

const DEFAULT_PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
// The paths that Docker and containerd hide or protect: they reach the machine's kernel, not the container's
// namespaces.
const MASKED_PATHS = [
  '/proc/asound', '/proc/acpi', '/proc/interrupts', '/proc/kcore', '/proc/keys', '/proc/latency_stats', '/proc/timer_list',
  '/proc/timer_stats', '/proc/sched_debug', '/proc/scsi', '/sys/firmware', '/sys/devices/virtual/powercap',
] // biome-ignore format: a table
const READONLY_PATHS = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger']

/**
 * The OCI runtime specification (1.0.2) of one container.
 *
 * `processes`: the file of another container's process namespace, where it sees that one's.
 *
 * The overlays are mounted by runc itself, the first on `/`, so they live in the container's own mount namespace: nothing
 * is left mounted on the machine when everything of ours is killed, and no mount has to be undone.
 */
export function ociSpec(
  spec: ContainerSpec,
  image: Image,
  folders: BundleFolders,
  machine: MachineAbilities,
  cgroupsPath: string,
  processes?: string,
): object {
  const privileged = spec.privileged === true
  const { granted, unknown } = containerCapabilities(machine.capabilities, spec.capabilities, privileged)
  if (unknown.length > 0) {
    throw new RuntimeError(
      'CONTAINER_SPEC_INVALID',
      `container '${spec.id}': capabilities: unknown ${unknown.join(', ')}; see capabilities(7)`,
    )
  }
  return {
    ociVersion: '1.0.2',
    process: {
      terminal: spec.tty,
      cwd: spec.workingDir || image.workingDir || '/',
      args: processArgs(spec, image),
      env: processEnv(spec, image),
      user: processUser(spec, image),
      capabilities: { bounding: granted, effective: granted, permitted: granted },
      noNewPrivileges: spec.noNewPrivileges === true,
      // Set only where the machine lets us: lowering it needs CAP_SYS_RESOURCE, and conmon would else hand its own
      // -1000 down.
      ...(machine.capabilities.has('SYS_RESOURCE') ? { oomScoreAdj: 0 } : {}),
    },
    root: { path: folders.rootfs, readonly: spec.readOnlyRootFilesystem === true },
    mounts: mounts(spec, image, folders, machine, privileged),
    linux: {
      cgroupsPath,
      namespaces: [
        { type: 'mount' },
        { type: 'pid', ...(processes !== undefined && { path: processes }) },
        { type: 'network', path: spec.namespaces.network },
        { type: 'ipc', path: spec.namespaces.ipc },
        { type: 'uts', path: spec.namespaces.uts },
        ...(machine.cgroupVersion === 2 ? [{ type: 'cgroup' }] : []),
      ],
      ...(spec.sysctls && { sysctl: spec.sysctls }),
      resources: { ...ociResources(spec.resources), devices: [{ allow: privileged, access: 'rwm' }] },
      ...(privileged ? {} : { maskedPaths: MASKED_PATHS, readonlyPaths: READONLY_PATHS }),
    },
  }
}

/** Kubernetes' rules: a command replaces entrypoint and cmd, args alone replace cmd. */
function processArgs(
  spec: Pick<ContainerSpec, 'id' | 'image' | 'command' | 'args'>,
  image: Pick<Image, 'entrypoint' | 'cmd'>,
): readonly string[] {
  const command = spec.command ?? []
  const given = spec.args ?? []
  const args =
    command.length > 0 ? [...command, ...given] : [...image.entrypoint, ...(given.length > 0 ? given : image.cmd)]
  if (args.length === 0) {
    throw new RuntimeError(
      'CONTAINER_SPEC_INVALID',
      `container '${spec.id}': image '${spec.image}' names no program to run: give a command`,
    )
  }
  return args
}

function processEnv(spec: ContainerSpec, image: Image): readonly string[] {
  const env = new Map<string, string>()
  for (const entry of [DEFAULT_PATH, ...(spec.tty ? ['TERM=xterm'] : []), ...image.env]) {
    const equals = entry.indexOf('=')
    env.set(entry.slice(0, equals), entry.slice(equals + 1))
  }
  for (const { name, value } of spec.env) env.set(name, value)
  return [...env].map(([name, value]) => `${name}=${value}`)
}

function processUser(
  spec: ContainerSpec,
  image: Image,
): { readonly uid: number; readonly gid: number; readonly additionalGids?: readonly number[] } {
  if (spec.user !== undefined) {
    const { uid, gid = 0, supplementalGroups = [] } = spec.user
    return { uid, gid, ...(supplementalGroups.length > 0 ? { additionalGids: supplementalGroups } : {}) }
  }
  const [uid = '', gid = ''] = image.user.split(':')
  return { uid: Number(uid) || 0, gid: Number(gid) || 0 }
}

/** Limits as the OCI runtime specification has them. */
export function ociResources(wanted: ContainerLimits | undefined): object {
  if (wanted === undefined) return {}
  const { cpuShares, cpuQuotaMicros, memoryLimitBytes } = wanted
  return {
    ...(memoryLimitBytes === undefined ? {} : { memory: { limit: memoryLimitBytes } }),
    ...(cpuShares === undefined && cpuQuotaMicros === undefined
      ? {}
      : {
          cpu: {
            ...(cpuShares === undefined ? {} : { shares: cpuShares }),
            ...(cpuQuotaMicros === undefined ? {} : { quota: cpuQuotaMicros, period: 100_000 }),
          },
        }),
  }
}

function mounts(
  spec: ContainerSpec,
  image: Image,
  folders: BundleFolders,
  machine: MachineAbilities,
  privileged: boolean,
): readonly OciMount[] {
  const sys = ['nosuid', 'noexec', 'nodev', ...(privileged ? [] : ['ro'])]
  const overlay = (destination: string, lowerDirs: readonly string[], index?: number): OciMount => {
    const { upper, work } = scratchLayer(folders.layers, index)
    const lower = lowerDirs.map(escapeLayer).join(':')
    const options = [`lowerdir=${lower}`, `upperdir=${upper}`, `workdir=${work}`]
    return { destination, type: 'overlay', source: 'overlay', options }
  }
  const bound = new Set(spec.mounts.map(({ destination }) => normalize(destination).replace(/(?<=.)\/$/, '')))
  const builtIn: readonly OciMount[] = [
    overlay('/', image.lowerDirs),
    ...image.overlays.map(({ destination, lowerDir }, index) => overlay(destination, [lowerDir], index)),
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
    {
      destination: '/dev/shm',
      type: 'tmpfs',
      source: 'shm',
      options: ['nosuid', 'noexec', 'nodev', 'mode=1777', 'size=65536k'],
    },
    { destination: '/sys', type: 'sysfs', source: 'sysfs', options: sys },
    ...(machine.cgroupVersion === 2
      ? [{ destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: [...sys, 'relatime'] }]
      : []),
    ...image.tmpfs.map(({ destination, mode }) => ({
      destination,
      type: 'tmpfs',
      source: 'tmpfs',
      options: ['nosuid', 'nodev', `mode=${mode}`],
    })),
  ]
  // What the pod mounts itself, say its own /dev/shm, takes the place of ours, and its /dev that of all below.
  const replaced = (path: string): boolean => bound.has(path) || (bound.has('/dev') && path.startsWith('/dev/'))
  return [
    ...builtIn.filter(({ destination }) => !replaced(destination)),
    // Whatever the order in which they were written: a mount upon its parent's would hide under it.
    ...[...image.extraMounts, ...spec.mounts]
      .toSorted((one, other) => depth(one.destination) - depth(other.destination))
      .map(bindMount),
  ]
}

function depth(path: string): number {
  return normalize(path)
    .split('/')
    .filter((part) => part !== '').length
}

function bindMount({ source, destination, readOnly }: Mount): OciMount {
  return { destination, type: 'bind', source, options: ['rbind', 'rprivate', readOnly ? 'ro' : 'rw'] }
}

/** Colons separate layers. */
function escapeLayer(path: string): string {
  return path.replace(/[\\:]/g, (character) => `\\${character}`)
}
