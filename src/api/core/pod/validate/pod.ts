import type { Pod } from '#api/core/pod/message.ts'
import type { Container } from '#api/core/pod/spec/container.ts'
import type { Toleration } from '#api/core/pod/spec/scheduling.ts'
import type { PodSpec } from '#api/core/pod/spec/spec.ts'
import { checkAddress } from '#api/validation/address.ts'
import { duplicate, type FieldError, forbidden, invalid, notSupported, required } from '#api/validation/field-error.ts'
import { validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { checkForm, checkLabels, dnsLabel, dnsSubdomain } from '#api/validation/names.ts'
import { familyOf } from '#net/ip-address.ts'
import { isJsonObject, jsonEqual } from '#schema/json-value.ts'
import { validateContainer } from './container.ts'
import { validateVolumes } from './volumes.ts'

const RESTART = ['Always', 'OnFailure', 'Never']
const DNS = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']

/** Checks a defaulted pod at creation. */
export const validatePodCreate = (pod: Pod): readonly FieldError[] => [
  ...validateMetadata(pod.metadata, true, dnsSubdomain),
  ...validatePodSpec(pod.spec ?? {}, 'spec'),
]

/** Checks the spec of a pod or of a template. */
export const validatePodSpec = (spec: PodSpec, path: string): readonly FieldError[] => {
  const volumes = new Set((spec.volumes ?? []).map(({ name }) => name))
  const errors: FieldError[] = [...validateVolumes(spec.volumes ?? [], `${path}.volumes`)]
  const names = new Set<string>()
  const containers = (list: readonly Container[], at: string): void => {
    for (const [index, container] of list.entries()) {
      if (container.name && names.has(container.name)) errors.push(duplicate(`${at}[${index}].name`, container.name))
      names.add(container.name)
      errors.push(...validateContainer(container, `${at}[${index}]`, volumes))
      if (spec.hostNetwork)
        for (const [place, port] of (container.ports ?? []).entries())
          if (port.hostPort !== port.containerPort)
            errors.push(
              invalid(
                `${at}[${index}].ports[${place}].hostPort`,
                port.hostPort,
                'must match `containerPort` when `hostNetwork` is true',
              ),
            )
    }
  }
  if ((spec.containers ?? []).length === 0) errors.push(required(`${path}.containers`))
  containers(spec.containers ?? [], `${path}.containers`)
  containers(spec.initContainers ?? [], `${path}.initContainers`)
  for (const [index, container] of (spec.initContainers ?? []).entries())
    if (container.restartPolicy !== 'Always')
      for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const)
        if (container[probe] !== undefined)
          errors.push(
            forbidden(
              `${path}.initContainers[${index}].${probe}`,
              'may not be set for init containers without restartPolicy=Always',
            ),
          )
  if (!spec.restartPolicy) errors.push(required(`${path}.restartPolicy`))
  else if (!RESTART.includes(spec.restartPolicy))
    errors.push(notSupported(`${path}.restartPolicy`, spec.restartPolicy, RESTART))
  if (!spec.dnsPolicy) errors.push(required(`${path}.dnsPolicy`))
  else if (!DNS.includes(spec.dnsPolicy)) errors.push(notSupported(`${path}.dnsPolicy`, spec.dnsPolicy, DNS))
  if (spec.dnsPolicy === 'None' && spec.dnsConfig === undefined)
    errors.push(required(`${path}.dnsConfig`, 'must provide `dnsConfig` when `dnsPolicy` is None'))
  else if (spec.dnsPolicy === 'None' && (spec.dnsConfig?.nameservers ?? []).length === 0)
    errors.push(
      required(`${path}.dnsConfig.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None'),
    )
  for (const [index, server] of (spec.dnsConfig?.nameservers ?? []).entries())
    errors.push(...checkAddress(server, `${path}.dnsConfig.nameservers[${index}]`))
  errors.push(...checkLabels(spec.nodeSelector ?? {}, `${path}.nodeSelector`))
  const deadline = spec.activeDeadlineSeconds
  if (deadline !== undefined && (deadline < 1 || deadline > 2_147_483_647))
    errors.push(invalid(`${path}.activeDeadlineSeconds`, deadline, 'must be between 1 and 2147483647, inclusive'))
  if (spec.serviceAccountName)
    errors.push(...checkForm(dnsSubdomain, spec.serviceAccountName, `${path}.serviceAccountName`))
  if (spec.nodeName) errors.push(...checkForm(dnsSubdomain, spec.nodeName, `${path}.nodeName`))
  if (spec.hostname) errors.push(...checkForm(dnsLabel, spec.hostname, `${path}.hostname`))
  if (spec.subdomain) errors.push(...checkForm(dnsLabel, spec.subdomain, `${path}.subdomain`))
  for (const [index, alias] of (spec.hostAliases ?? []).entries()) {
    errors.push(...checkAddress(alias.ip, `${path}.hostAliases[${index}].ip`))
    for (const [place, name] of (alias.hostnames ?? []).entries())
      errors.push(...checkForm(dnsSubdomain, name, `${path}.hostAliases[${index}].hostnames[${place}]`))
  }
  errors.push(...validateTolerations(spec.tolerations ?? [], `${path}.tolerations`))
  return errors
}

/** Checks what a kubelet reports: addresses are addresses, at most one of each family, and the single one is the first. */
export const validatePodStatusUpdate = (pod: Pod, old: Pod): readonly FieldError[] => {
  const { podIPs = [], hostIP, hostIPs = [] } = pod.status ?? {}
  const texts = (list: readonly { readonly ip?: string }[]): readonly string[] => list.map(({ ip = '' }) => ip)
  return [
    ...validateMetadataUpdate(pod.metadata, old.metadata),
    ...onePerFamily(texts(podIPs), 'status.podIPs'),
    ...onePerFamily(texts(hostIPs), 'status.hostIPs'),
    ...(hostIPs.length > 0 && hostIPs[0]!.ip !== hostIP
      ? [invalid('status.hostIPs[0].ip', hostIPs[0]!.ip, 'must be equal to `hostIP`')]
      : []),
  ]
}

const onePerFamily = (addresses: readonly string[], field: string): readonly FieldError[] => {
  const errors = addresses.flatMap((address, index) => checkAddress(address, `${field}[${index}]`))
  const families = new Set(addresses.map(familyOf))
  return errors.length > 0 || families.size === addresses.length
    ? errors
    : [invalid(field, addresses, 'may specify no more than one IP for each IP family')]
}

const validateTolerations = (tolerations: readonly Toleration[], path: string): readonly FieldError[] =>
  tolerations.flatMap((toleration, index) => {
    const at = `${path}[${index}]`
    const errors: FieldError[] = []
    const operator = toleration.operator || 'Equal'
    if (!toleration.key && operator !== 'Exists')
      errors.push(
        invalid(
          `${at}.operator`,
          toleration.operator ?? '',
          'operator must be Exists when `key` is empty, which means "match all values and all keys"',
        ),
      )
    if (toleration.tolerationSeconds !== undefined && toleration.effect !== 'NoExecute')
      errors.push(
        invalid(`${at}.effect`, toleration.effect ?? '', "effect must be 'NoExecute' when `tolerationSeconds` is set"),
      )
    if (!['Equal', 'Exists', 'Lt', 'Gt'].includes(operator))
      errors.push(notSupported(`${at}.operator`, operator, ['Equal', 'Exists', 'Lt', 'Gt']))
    if (operator === 'Exists' && toleration.value)
      errors.push(invalid(`${at}.operator`, toleration, "value must be empty when `operator` is 'Exists'"))
    return errors
  })

const MUTABLE =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'

/**
 * Checks an update of a pod: nearly all of its spec is fixed once it exists. Binding to a node goes by its own
 * subresource.
 */
export const validatePodUpdate = (pod: Pod, old: Pod): readonly FieldError[] => {
  const errors: FieldError[] = [...validateMetadataUpdate(pod.metadata, old.metadata)]
  const spec = pod.spec ?? {}
  const before = old.spec ?? {}
  for (const list of ['containers', 'initContainers'] as const) {
    if ((spec[list] ?? []).length !== (before[list] ?? []).length)
      errors.push(forbidden(`spec.${list}`, 'pod updates may not add or remove containers'))
    for (const [index, container] of (spec[list] ?? []).entries())
      if (!container.image) errors.push(required(`spec.${list}[${index}].image`))
  }
  if (errors.some(({ field }) => field === 'spec.containers' || field === 'spec.initContainers')) return errors
  const deadline = spec.activeDeadlineSeconds
  const oldDeadline = before.activeDeadlineSeconds
  if (oldDeadline !== undefined && deadline === undefined)
    errors.push(invalid('spec.activeDeadlineSeconds', null, 'must not update from a positive integer to nil value'))
  else if (oldDeadline !== undefined && deadline !== undefined && deadline > oldDeadline)
    errors.push(invalid('spec.activeDeadlineSeconds', deadline, `must be less than or equal to previous value`))
  const oldTolerations = before.tolerations ?? []
  const removed = oldTolerations.some((entry) => !(spec.tolerations ?? []).some((other) => jsonEqual(entry, other)))
  if (removed)
    errors.push(forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds'))
  const changed = changedPaths(fixedPart(spec, before), fixedPart(before, before), 'spec')
  // Kubernetes adds a comparison of its internal structs; the names of the fields say it shorter.
  if (changed.length > 0) errors.push(forbidden('spec', `${MUTABLE}\nchanged: ${changed.join(', ')}`))
  return errors
}

/** A spec with what may change taken from the stored one. */
const fixedPart = (spec: PodSpec, before: PodSpec): object => {
  const images = (list: readonly Container[] | undefined): readonly Container[] | undefined =>
    list?.map((container) => ({ ...container, image: '' }))
  const grace = (before.terminationGracePeriodSeconds ?? 0) < 0 && spec.terminationGracePeriodSeconds === 1
  return {
    ...spec,
    containers: images(spec.containers),
    initContainers: images(spec.initContainers),
    activeDeadlineSeconds: undefined,
    tolerations: undefined,
    terminationGracePeriodSeconds: grace ? before.terminationGracePeriodSeconds : spec.terminationGracePeriodSeconds,
  }
}

/** Absent, and empty: the wire does not keep them apart. */
const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || (isJsonObject(value) && Object.keys(value).length === 0)

const changedPaths = (now: unknown, before: unknown, path: string): readonly string[] => {
  if (jsonEqual(now, before) || (isEmpty(now) && isEmpty(before))) return []
  if (isJsonObject(now) && isJsonObject(before))
    return [...new Set([...Object.keys(now), ...Object.keys(before)])].flatMap((key) =>
      changedPaths(now[key], before[key], `${path}.${key}`),
    )
  if (Array.isArray(now) && Array.isArray(before) && now.length === before.length)
    return now.flatMap((item, index) => changedPaths(item, before[index], `${path}[${index}]`))
  return [path]
}
