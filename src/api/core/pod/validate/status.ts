import type { Pod } from '#api/core/pod/message.ts'
import type { Container } from '#api/core/pod/spec/container.ts'
import { mayRestartAll, policyOf, ruleAction } from '#api/core/pod/spec/restart.ts'
import type { PodSpec } from '#api/core/pod/spec/spec.ts'
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
  const { spec = { containers: [] } } = old
  const { initContainers = [], containers = [] } = spec
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
    ...checkStarts(status.containerStatuses, before.containerStatuses, 'status.containerStatuses', (name, exitCode) =>
      mayStart(spec, containers, name, exitCode),
    ),
    ...checkStarts(
      status.initContainerStatuses,
      before.initContainerStatuses,
      'status.initContainerStatuses',
      (name, exitCode) => mayStart(spec, initContainers, name, exitCode),
    ),
    ...checkStarts(
      status.ephemeralContainerStatuses,
      before.ephemeralContainerStatuses,
      'status.ephemeralContainerStatuses',
      () => false,
    ),
    ...checkAddresses(podIPs, 'status.podIPs'),
    ...(hostIPs.length > 0 && hostIPs[0]!.ip !== hostIP
      ? [invalid('status.hostIPs[0].ip', hostIPs[0]!.ip, 'must be equal to `hostIP`')]
      : []),
    ...checkAddresses(hostIPs, 'status.hostIPs'),
  ]
}

/** Whether the container of that name, one of these, may go again after it has ended so: by a rule, a policy, or with all of its pod. */
const mayStart = (spec: PodSpec, containers: readonly Container[], name: string, exitCode: number): boolean => {
  if (mayRestartAll(spec)) return true
  const container = containers.find((one) => one.name === name) ?? { name }
  if (ruleAction(container, exitCode) !== undefined) return true
  const policy = policyOf(spec, container)
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0)
}

/** What has ended for good does not run again. */
const checkStarts = (
  now: readonly ContainerStatus[] = [],
  before: readonly ContainerStatus[] = [],
  path: string,
  mayStartAgain: (name: string, exitCode: number) => boolean,
): readonly FieldError[] =>
  before.flatMap(({ name, state }, index) => {
    const ended = state?.terminated
    if (ended === undefined || mayStartAgain(name, ended.exitCode)) return []
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
