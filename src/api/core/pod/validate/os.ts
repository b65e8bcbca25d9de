import type { Container } from '#api/core/pod/spec/container.ts'
import { Signal } from '#api/core/pod/spec/lifecycle.ts'
import type { PodSpec } from '#api/core/pod/spec/spec.ts'
import { type FieldError, forbidden, invalid, notSupported, required } from '#api/validation/field-error.ts'

const SYSTEMS = ['linux', 'windows']

type Placed = readonly (readonly [at: string, container: Container])[]

/** Every container of a pod with its path. */
export const placedContainers = (spec: PodSpec, path: string): Placed =>
  (['initContainers', 'containers', 'ephemeralContainers'] as const).flatMap((list) =>
    (spec[list] ?? []).map((container, index) => [`${path}.${list}[${index}]`, container as Container] as const),
  )

/** Of the node's, and of Linux: in the order in which Kubernetes looks for them. */
const LINUX_OF_POD = [
  'appArmorProfile',
  'seLinuxOptions',
  'hostUsers',
  'hostPID',
  'hostIPC',
  'seccompProfile',
  'fsGroup',
  'fsGroupChangePolicy',
  'sysctls',
  'shareProcessNamespace',
  'runAsUser',
  'runAsGroup',
  'supplementalGroups',
  'supplementalGroupsPolicy',
  'seLinuxChangePolicy',
] as const
const OF_SPEC = new Set<string>(['hostUsers', 'hostPID', 'hostIPC', 'shareProcessNamespace'])
const LINUX_OF_CONTAINER = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
] as const

const isSet = (value: unknown): boolean =>
  value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0)

const checkLinux = (spec: PodSpec, path: string): readonly FieldError[] =>
  [[path, spec] as const, ...placedContainers(spec, path)].flatMap(([at, { securityContext }]) =>
    securityContext?.windowsOptions === undefined
      ? []
      : [forbidden(`${at}.securityContext.windowsOptions`, 'windows options cannot be set for a linux pod')],
  )

const checkWindows = (spec: PodSpec, path: string): readonly FieldError[] => {
  const never = 'cannot be set for a windows pod'
  const values = { ...spec.securityContext, ...spec } as { readonly [name: string]: unknown }
  return [
    ...LINUX_OF_POD.flatMap((name) => {
      const of = name === 'hostPID' || name === 'hostIPC' ? isSet(values[name]) : values[name] !== undefined
      return of ? [forbidden(`${path}.${OF_SPEC.has(name) ? '' : 'securityContext.'}${name}`, never)] : []
    }),
    ...placedContainers(spec, path).flatMap(([at, { securityContext }]) =>
      LINUX_OF_CONTAINER.flatMap((name) =>
        securityContext?.[name] === undefined ? [] : [forbidden(`${at}.securityContext.${name}`, never)],
      ),
    ),
  ]
}

/** Checks what a pod says for the system that it says it is for. */
export const validateOs = (spec: PodSpec, path: string): readonly FieldError[] => {
  if (spec.os === undefined) return []
  const { name } = spec.os
  if (!name) return [required(`${path}.os.name`, 'cannot be empty')]
  if (!SYSTEMS.includes(name)) return [notSupported(`${path}.os`, name, SYSTEMS)]
  return name === 'linux' ? checkLinux(spec, path) : checkWindows(spec, path)
}

const WINDOWS_SIGNALS = ['SIGKILL', 'SIGTERM']
const LINUX_SIGNALS = [...Signal.values].toSorted()

/** A signal to end by is one of the system that the pod says it is for. */
export const validateStopSignals = (spec: PodSpec, path: string): readonly FieldError[] =>
  placedContainers(spec, path).flatMap(([place, { lifecycle }]) => {
    const signal = lifecycle?.stopSignal
    if (signal === undefined) return []
    const at = `${place}.lifecycle.stopSignal`
    if (spec.os === undefined) return [forbidden(at, 'may not be set for containers with empty `spec.os.name`')]
    const signals = spec.os.name === 'windows' ? WINDOWS_SIGNALS : LINUX_SIGNALS
    return signals.includes(signal) ? [] : [notSupported(at, signal, signals)]
  })

/** Processes of a node with Windows: all of a pod's containers are, or none. */
export const validateHostProcess = (spec: PodSpec, path: string): readonly FieldError[] => {
  const ofPod = spec.securityContext?.windowsOptions?.hostProcess
  const errors: FieldError[] = []
  const placed = placedContainers(spec, path)
  let count = 0
  for (const [at, { securityContext }] of placed) {
    const own = securityContext?.windowsOptions?.hostProcess
    if (ofPod !== undefined && own !== undefined && ofPod !== own)
      errors.push(
        invalid(
          `${at}.securityContext.windowsOptions.hostProcess`,
          own,
          `pod hostProcess value must be identical if both are specified, was ${ofPod}`,
        ),
      )
    if (own ?? ofPod) count++
  }
  if (count === 0) return errors
  if (count !== placed.length)
    errors.push(
      invalid(
        path,
        '',
        'If pod contains any hostProcess containers then all containers must be HostProcess containers',
      ),
    )
  if (!spec.hostNetwork)
    errors.push(
      invalid(`${path}.hostNetwork`, false, 'hostNetwork must be true if pod contains any hostProcess containers'),
    )
  return errors
}

/** Who has users of its own has none of the node's other namespaces. */
export const validateHostUsers = (spec: PodSpec, path: string): readonly FieldError[] => {
  if (spec.hostUsers !== false) return []
  const why = 'when `pod.Spec.HostUsers` is false'
  return [
    ...(spec.hostNetwork ? [forbidden(`${path}.hostNetwork`, why)] : []),
    ...(spec.hostPID ? [forbidden(`${path}.HostPID`, why)] : []),
    ...(spec.hostIPC ? [forbidden(`${path}.HostIPC`, why)] : []),
  ]
}
