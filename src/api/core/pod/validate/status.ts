import type { Pod } from '#api/core/pod/message.ts'
import type { ContainerStatus } from '#api/core/pod/status/container-status.ts'
import { checkAddress } from '#api/validation/address.ts'
import { duplicate, type FieldError, forbidden, invalid } from '#api/validation/field-error.ts'
import { immutable, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { checkForm, dnsSubdomain, qualifiedName } from '#api/validation/names.ts'
import { repeats } from '#api/validation/repeats.ts'
import { familyOf } from '#net/ip-address.ts'
import { validateAnnotationsUpdate } from './annotations.ts'

/** Checks what a kubelet, or a scheduler, reports of a pod. */
export const validatePodStatusUpdate = (pod: Pod, old: Pod): readonly FieldError[] => {
  const [status, before] = [pod.status ?? {}, old.status ?? {}]
  const { conditions = [], nominatedNodeName: nominated, podIPs = [], hostIP = '', hostIPs = [] } = status
  const policy = old.spec?.restartPolicy ?? ''
  const sidecars = new Set(
    (old.spec?.initContainers ?? []).flatMap(({ name, restartPolicy }) => (restartPolicy === 'Always' ? [name] : [])),
  )
  return [
    ...validateMetadataUpdate(pod.metadata, old.metadata),
    ...validateAnnotationsUpdate(pod, old, 'metadata.annotations'),
    ...conditions.flatMap(({ type = '' }, index) =>
      checkForm(qualifiedName, type, `metadata.conditions[${index}].Type`),
    ),
    ...(nominated && nominated !== before.nominatedNodeName
      ? checkForm(dnsSubdomain, nominated, 'status.nominatedNodeName')
      : []),
    ...(status.qosClass === before.qosClass ? [] : [immutable('status.qosClass', status.qosClass)]),
    ...checkStarts(status.containerStatuses, before.containerStatuses, 'status.containerStatuses', policy),
    ...checkStarts(
      status.initContainerStatuses,
      before.initContainerStatuses?.filter(({ name }) => !sidecars.has(name)),
      'status.initContainerStatuses',
      policy,
    ),
    ...checkStarts(
      status.ephemeralContainerStatuses,
      before.ephemeralContainerStatuses,
      'status.ephemeralContainerStatuses',
      'Never',
    ),
    ...checkAddresses(podIPs, 'status.podIPs'),
    ...(hostIPs.length > 0 && hostIPs[0]!.ip !== hostIP
      ? [invalid('status.hostIPs[0].ip', hostIPs[0]!.ip, 'must be equal to `hostIP`')]
      : []),
    ...checkAddresses(hostIPs, 'status.hostIPs'),
  ]
}

/** What has ended for good does not run again. */
const checkStarts = (
  now: readonly ContainerStatus[] = [],
  before: readonly ContainerStatus[] = [],
  path: string,
  policy: string,
): readonly FieldError[] =>
  policy === 'Always'
    ? []
    : before.flatMap(({ name, state }, index) => {
        const ended = state?.terminated
        if (ended === undefined || (ended.exitCode !== 0 && policy === 'OnFailure')) return []
        return now.some((status) => status.name === name && status.state?.terminated === undefined)
          ? [forbidden(`${path}[${index}].state`, 'may not be transitioned to non-terminated state')]
          : []
      })

/** One address of each family at most. */
const checkAddresses = (list: readonly { readonly ip?: string }[], field: string): readonly FieldError[] => {
  const addresses = list.map(({ ip = '' }) => ip)
  const errors: FieldError[] = addresses.flatMap((address, index) => checkAddress(address, `${field}[${index}]`))
  if (addresses.length < 2) return errors
  // As Kubernetes writes what is not of its API.
  const shown = addresses.map((address) => ({ IP: address }))
  const families = new Set(addresses.map(familyOf))
  if (families.size !== addresses.length)
    errors.push(invalid(field, shown, 'may specify no more than one IP for each IP family'))
  for (const index of repeats(addresses)) errors.push(duplicate(`${field}[${index}]`, shown[index]))
  return errors
}
