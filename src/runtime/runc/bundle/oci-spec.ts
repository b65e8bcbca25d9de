import type { Image } from '../../images/image.ts'
import { type ContainerLimits, type ContainerSpec, ID_COUNT, type LimitedResource } from '../../runtime.ts'
import { RuntimeError } from '../../runtime-error.ts'
import { containerCapabilities } from './capabilities.ts'
import type { ContainerUser } from './container-user.ts'
import type { OciDevice } from './machine-devices.ts'
import { CGROUP_ROOT, type MountPlace, ociMounts } from './oci-mounts.ts'

/** What the machine is able to give, probed once a process. */
export interface MachineAbilities {
  readonly capabilities: ReadonlySet<string>
  /** 2 where the unified hierarchy stands alone; 1 also for the hybrid layout, whose controllers are version 1. */
  readonly cgroupVersion: 1 | 2
  /** What its cgroups cannot limit. */
  readonly unlimited: readonly LimitedResource[]
}

/** Where a container is made, and what it was found to be. */
export interface ContainerPlace extends MountPlace {
  readonly rootfs: string
  readonly cgroupsPath: string
  readonly machine: MachineAbilities
  readonly user: ContainerUser
  /** The file of another container's process namespace, where it sees that one's. */
  readonly processes?: string | undefined
  readonly seccomp?: object | undefined
  /** Beyond those that every container has. */
  readonly devices?: readonly OciDevice[]
}

const DEFAULT_PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
// The paths that Docker and containerd hide or protect: they reach the machine's kernel, not the container's
// namespaces.
const MASKED_PATHS = [
  '/proc/asound', '/proc/acpi', '/proc/interrupts', '/proc/kcore', '/proc/keys', '/proc/latency_stats', '/proc/timer_list',
  '/proc/timer_stats', '/proc/sched_debug', '/proc/scsi', '/sys/firmware', '/sys/devices/virtual/powercap',
] // biome-ignore format: a table
const READONLY_PATHS = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger']

/** The OCI runtime specification (1.0.2) of one container. */
export function ociSpec(spec: ContainerSpec, image: Image, place: ContainerPlace): object {
  const { machine, processes, seccomp } = place
  const privileged = spec.privileged === true
  const isHidden = !privileged && spec.unmaskedProc !== true
  const mounts = ociMounts(spec, image, place)
  // Hierarchies of version 1 stand in a tmpfs, which runc leaves to be written to, and without a bound.
  const hasCgroupRoot = !privileged && machine.cgroupVersion === 1 && mounts.some(({ type }) => type === 'cgroup')
  const readonlyPaths = [...(isHidden ? READONLY_PATHS : []), ...(hasCgroupRoot ? [CGROUP_ROOT] : [])]
  const granted = grantedCapabilities(spec, machine)
  return {
    ociVersion: '1.0.2',
    process: {
      terminal: spec.tty,
      cwd: spec.workingDir || image.workingDir || '/',
      args: processArgs(spec, image),
      env: processEnv(spec, image),
      user: place.user,
      // Neither inheritable nor ambient: a program that is no root gets none by being executed.
      capabilities: { bounding: granted, effective: granted, permitted: granted },
      noNewPrivileges: spec.noNewPrivileges === true,
      ...(spec.appArmorProfile !== undefined && { apparmorProfile: spec.appArmorProfile }),
      // Set only where the machine lets us: lowering it needs CAP_SYS_RESOURCE, and conmon would else hand its own
      // -1000 down.
      ...(machine.capabilities.has('SYS_RESOURCE') ? { oomScoreAdj: 0 } : {}),
    },
    root: { path: place.rootfs, readonly: spec.readOnlyRootFilesystem === true },
    mounts,
    linux: {
      cgroupsPath: place.cgroupsPath,
      // What the container mounts gets out only where its root lets it.
      ...(spec.mounts.some(({ propagation }) => propagation === 'shared') && { rootfsPropagation: 'rshared' }),
      ...ociNamespaces(spec, machine, processes),
      ...(spec.sysctls && { sysctl: spec.sysctls }),
      ...(place.devices && { devices: place.devices }),
      resources: {
        ...ociResources(spec.resources, machine.unlimited),
        devices: [{ allow: privileged, access: 'rwm' }],
      },
      ...(isHidden && { maskedPaths: MASKED_PATHS }),
      ...(readonlyPaths.length > 0 && { readonlyPaths }),
      ...(seccomp && { seccomp }),
    },
  }
}

/** What the container may do, with the CAP_ prefix. Throws CONTAINER_SPEC_INVALID for a capability that is none. */
export function grantedCapabilities(
  { id, capabilities, privileged }: Pick<ContainerSpec, 'id' | 'capabilities' | 'privileged'>,
  machine: MachineAbilities,
): readonly string[] {
  const { granted, unknown } = containerCapabilities(machine.capabilities, capabilities, privileged === true)
  if (unknown.length === 0) return granted
  throw new RuntimeError(
    'CONTAINER_SPEC_INVALID',
    `container '${id}': capabilities: unknown ${unknown.join(', ')}; see capabilities(7)`,
  )
}

/** What it does not name of its own it has of whoever starts it: the machine's. */
function ociNamespaces(
  { namespaces, hostPid, hostIpc }: ContainerSpec,
  { cgroupVersion }: MachineAbilities,
  processes: string | undefined,
): object {
  const { user } = namespaces
  const mapping = user && [{ containerID: 0, hostID: user.firstId, size: ID_COUNT }]
  return {
    namespaces: [
      ...(user ? [{ type: 'user', path: user.path }] : []),
      { type: 'mount' },
      ...(hostPid ? [] : [{ type: 'pid', ...(processes !== undefined && { path: processes }) }]),
      { type: 'network', path: namespaces.network },
      ...(hostIpc ? [] : [{ type: 'ipc', path: namespaces.ipc }]),
      { type: 'uts', path: namespaces.uts },
      ...(cgroupVersion === 2 ? [{ type: 'cgroup' }] : []),
    ],
    ...(mapping && { uidMappings: mapping, gidMappings: mapping }),
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

/** Limits as the OCI runtime specification has them; what cannot be limited is left out: runc would make no container. */
export function ociResources(wanted: ContainerLimits | undefined, unlimited: readonly LimitedResource[]): object {
  if (wanted === undefined) return {}
  const { cpuShares, cpuQuotaMicros }: ContainerLimits = unlimited.includes('cpu') ? {} : wanted
  const { memoryLimitBytes }: ContainerLimits = unlimited.includes('memory') ? {} : wanted
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
