import type { Pod } from '#api/core/pod/message.ts'
import type { Container } from '#api/core/pod/spec/container.ts'
import type { SecurityContext } from '#api/core/pod/spec/security.ts'
import type { Volume } from '#api/core/pod/volume/volume.ts'

/**
 * A field that a pod asks for and that this kubelet does not do: `refused` keeps the pod from starting, the other is
 * only reported.
 */
export interface Unsupported {
  readonly field: string
  readonly reason: string
  readonly refused: boolean
}

const VOLUMES: readonly string[] = [
  ...['emptyDir', 'configMap', 'secret', 'projected', 'downwardAPI', 'hostPath', 'image'],
  ...['persistentVolumeClaim', 'ephemeral'],
]
const ENFORCED: readonly string[] = ['cpu', 'memory', 'ephemeral-storage']
const PROJECTIONS: readonly string[] = ['configMap', 'secret', 'downwardAPI', 'serviceAccountToken']

const refuse = (field: string, reason: string): Unsupported => ({ field, reason, refused: true })
const warn = (field: string, reason: string): Unsupported => ({ field, reason, refused: false })
const when = (condition: unknown, finding: () => Unsupported): readonly Unsupported[] => (condition ? [finding()] : [])
const hasSome = (options: object | undefined): boolean => Object.keys(options ?? {}).length > 0

const volumeFindings = (volume: Volume): readonly Unsupported[] => {
  const at = `spec.volumes[${volume.name}]`
  const source = Object.keys(volume).find((key) => key !== 'name' && volume[key as keyof Volume] !== undefined)
  if (source === undefined) return []
  if (!VOLUMES.includes(source)) {
    return [refuse(`${at}.${source}`, `volumes of this type are not supported yet: use one of ${VOLUMES.join(', ')}`)]
  }
  const foreign = (volume.projected?.sources ?? []).flatMap((projection, index) =>
    Object.keys(projection)
      .filter((key) => !PROJECTIONS.includes(key))
      .map((key) =>
        refuse(`${at}.projected.sources[${index}].${key}`, `not supported yet: use one of ${PROJECTIONS.join(', ')}`),
      ),
  )
  return [
    ...foreign,
    ...when(volume.emptyDir?.medium && volume.emptyDir.medium !== 'Memory', () =>
      refuse(`${at}.emptyDir.medium`, `"${volume.emptyDir?.medium}" is not supported yet: use "" or "Memory"`),
    ),
  ]
}

const securityFindings = (at: string, context: Partial<SecurityContext> | undefined): readonly Unsupported[] => [
  // As on any node without the one or the other; charts are written for those that have them too.
  ...when(hasSome(context?.seLinuxOptions), () =>
    warn(`${at}.seLinuxOptions`, 'no label is set: nodes do not use SELinux'),
  ),
  ...when(hasSome(context?.windowsOptions), () => warn(`${at}.windowsOptions`, 'it has no effect: nodes run Linux')),
  ...when(context?.appArmorProfile?.type === 'RuntimeDefault', () =>
    warn(`${at}.appArmorProfile`, 'there is no default profile, and none is applied: use Localhost'),
  ),
]

/** The same of one container; `at`: its path. */
export const unsupportedOf = (at: string, container: Container): readonly Unsupported[] => [
  ...(container.volumeMounts ?? []).flatMap((mount) => [
    ...when(mount.recursiveReadOnly === 'Enabled', () =>
      refuse(
        `${at}.volumeMounts[${mount.mountPath}].recursiveReadOnly`,
        'not supported yet: use IfPossible or Disabled',
      ),
    ),
  ]),
  ...when(container.volumeDevices?.length, () =>
    refuse(`${at}.volumeDevices`, 'block devices are not supported: use volumeMounts'),
  ),
  ...when(container.lifecycle?.postStart?.tcpSocket ?? container.lifecycle?.preStop?.tcpSocket, () =>
    refuse(`${at}.lifecycle`, 'tcpSocket is no hook (nor is it in Kubernetes): use exec, httpGet or sleep'),
  ),
  ...when(container.resources?.claims?.length, () =>
    refuse(`${at}.resources.claims`, 'dynamic resource allocation is not supported: leave them out'),
  ),
  ...Object.keys(container.resources?.limits ?? {})
    .filter((name) => !ENFORCED.includes(name))
    .map((name) => warn(`${at}.resources.limits.${name}`, `only limits of ${ENFORCED.join(', ')} are enforced`)),
  ...securityFindings(`${at}.securityContext`, container.securityContext),
]

/**
 * Everything in a pod that this kubelet does not do, with the way out. The one list of it: what is not named here
 * works.
 */
export const unsupported = (pod: Pod): readonly Unsupported[] => {
  const spec = pod.spec
  if (spec === undefined) return []
  return [
    ...(spec.volumes ?? []).flatMap(volumeFindings),
    ...(spec.initContainers ?? []).flatMap((c) => unsupportedOf(`spec.initContainers[${c.name}]`, c)),
    ...(spec.containers ?? []).flatMap((c) => unsupportedOf(`spec.containers[${c.name}]`, c)),
    ...securityFindings('spec.securityContext', spec.securityContext),
    ...when(spec.resourceClaims?.length, () =>
      refuse('spec.resourceClaims', 'dynamic resource allocation is not supported: leave them out'),
    ),
    ...when(spec.resources, () => warn('spec.resources', 'resources of a whole pod are not enforced')),
  ]
}
