import type { PodSpec } from '#api/core/pod/spec/spec.ts'
import { checkAddress } from '#api/validation/address.ts'
import { duplicate, type FieldError, forbidden, invalid, notSupported, required } from '#api/validation/field-error.ts'
import { checkForm, checkLabels, dnsLabel, dnsSubdomain, qualifiedName } from '#api/validation/names.ts'
import type { Surroundings } from './container/container.ts'
import { validateContainers, validateEphemeralContainers, validateInitContainers } from './container/containers.ts'
import { checkHostNetworkPorts } from './container/ports.ts'
import { validatePodResources, validateResources } from './container/resources.ts'
import { validatePodSecurity } from './container/security.ts'
import { validateDnsConfig, validateDnsPolicy } from './dns.ts'
import { validateHostProcess, validateHostUsers, validateOs, validateStopSignals } from './os.ts'
import { validateAffinity } from './scheduling/affinity.ts'
import { validateSpread } from './scheduling/spread.ts'
import { validateTolerations } from './scheduling/tolerations.ts'
import { validateVolumes } from './volumes/volumes.ts'

const RESTART = ['Always', 'OnFailure', 'Never']
const PREEMPTION = ['PreemptLowerPriority', 'Never']
const LONGEST_DEADLINE = 2_147_483_647
/** A host's name, as Linux keeps it. */
const LONGEST_HOSTNAME = 64

/** Checks the spec of a pod, or of a template, whose pods have no name yet. */
export const validatePodSpec = (spec: PodSpec, path: string, podName?: string): readonly FieldError[] => [
  ...(spec.terminationGracePeriodSeconds === undefined ? [required(`${path}.terminationGracePeriodSeconds`)] : []),
  ...validateVolumes(spec.volumes ?? [], `${path}.volumes`, podName),
  ...checkClaims(spec.resourceClaims ?? [], `${path}.resourceClaims`),
  ...checkContainers(spec, path),
  ...validatePodResources(spec.resources, `${path}.resources`),
  ...(spec.hostNetwork
    ? checkHostNetworkPorts(spec.containers ?? [], `${path}.containers`, podName !== undefined)
    : []),
  ...checkRestart(spec, path),
  ...validateDnsPolicy(spec, path),
  ...checkLabels(spec.nodeSelector ?? {}, `${path}.nodeSelector`),
  ...validatePodSecurity(spec.securityContext, `${path}.securityContext`, spec),
  ...validateAffinity(spec.affinity, `${path}.affinity`),
  ...validateDnsConfig(spec, path),
  ...(spec.readinessGates ?? []).flatMap(({ conditionType = '' }, index) =>
    checkForm(qualifiedName, conditionType, `${path}.readinessGates[${index}].conditionType`),
  ),
  ...checkGates(spec.schedulingGates ?? [], `${path}.schedulingGates`),
  ...validateSpread(spec.topologySpreadConstraints ?? [], `${path}.topologySpreadConstraints`),
  ...validateHostProcess(spec, path),
  ...validateHostUsers(spec, path),
  ...checkNames(spec, path),
  ...validateTolerations(spec.tolerations ?? [], `${path}.tolerations`),
  ...(spec.hostAliases ?? []).flatMap(({ ip = '', hostnames = [] }, index) => [
    ...checkAddress(ip, `${path}.hostAliases[${index}].ip`),
    ...hostnames.flatMap((name, place) =>
      checkForm(dnsSubdomain, name, `${path}.hostAliases[${index}].hostnames[${place}]`),
    ),
  ]),
  ...(spec.priorityClassName ? checkForm(dnsSubdomain, spec.priorityClassName, `${path}.priorityClassName`) : []),
  ...(spec.runtimeClassName === undefined
    ? []
    : checkForm(dnsSubdomain, spec.runtimeClassName, `${path}.runtimeClassName`)),
  ...(spec.preemptionPolicy !== undefined && !PREEMPTION.includes(spec.preemptionPolicy)
    ? [notSupported(`${path}.preemptionPolicy`, spec.preemptionPolicy, PREEMPTION)]
    : []),
  ...(spec.overhead ? validateResources({ limits: spec.overhead }, `${path}.overhead`, new Set()) : []),
  ...validateOs(spec, path),
  ...validateStopSignals(spec, path),
]

const checkContainers = (spec: PodSpec, path: string): readonly FieldError[] => {
  const { containers = [], initContainers = [], ephemeralContainers = [] } = spec
  const around: Surroundings = {
    volumes: new Map((spec.volumes ?? []).map((volume) => [volume.name, volume])),
    claims: new Set((spec.resourceClaims ?? []).flatMap(({ name }) => name || [])),
    restartPolicy: spec.restartPolicy ?? '',
    hostUsers: spec.hostUsers !== false,
    ...(spec.terminationGracePeriodSeconds !== undefined && { grace: spec.terminationGracePeriodSeconds }),
  }
  const all = [...containers, ...initContainers]
  return [
    ...validateContainers(containers, `${path}.containers`, around),
    ...validateInitContainers(initContainers, `${path}.initContainers`, around, containers),
    ...validateEphemeralContainers(ephemeralContainers, `${path}.ephemeralContainers`, around, all),
  ]
}

const checkRestart = ({ restartPolicy }: PodSpec, path: string): readonly FieldError[] => {
  if (!restartPolicy) return [required(`${path}.restartPolicy`)]
  return RESTART.includes(restartPolicy) ? [] : [notSupported(`${path}.restartPolicy`, restartPolicy, RESTART)]
}

const checkClaims = (claims: NonNullable<PodSpec['resourceClaims']>, path: string): readonly FieldError[] => {
  const names = new Set<string>()
  return claims.flatMap((claim, index) => {
    const at = `${path}[${index}]`
    const { name, resourceClaimName, resourceClaimTemplateName } = claim
    const errors: FieldError[] = []
    if (!name) errors.push(required(`${at}.name`))
    else if (names.has(name)) errors.push(duplicate(`${at}.name`, name))
    else errors.push(...checkForm(dnsLabel, name, `${at}.name`))
    names.add(name ?? '')
    if (resourceClaimName !== undefined && resourceClaimTemplateName !== undefined)
      errors.push(
        invalid(at, claim, 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified'),
      )
    if (resourceClaimName === undefined && resourceClaimTemplateName === undefined)
      errors.push(invalid(at, claim, 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`'))
    for (const [field, value] of Object.entries({ resourceClaimName, resourceClaimTemplateName }))
      if (value !== undefined) errors.push(...checkForm(dnsSubdomain, value, `${at}.${field}`))
    return errors
  })
}

const checkGates = (gates: NonNullable<PodSpec['schedulingGates']>, path: string): readonly FieldError[] => {
  const names = new Set<string>()
  return gates.flatMap(({ name = '' }, index) => {
    const at = `${path}[${index}]`
    const isTaken = names.has(name)
    names.add(name)
    return [...checkForm(qualifiedName, name, at), ...(isTaken ? [duplicate(at, name)] : [])]
  })
}

const checkNames = (spec: PodSpec, path: string): readonly FieldError[] => {
  const { serviceAccountName, nodeName, activeDeadlineSeconds: deadline, hostname, subdomain } = spec
  const { hostnameOverride: override } = spec
  const errors: FieldError[] = []
  if (serviceAccountName) errors.push(...checkForm(dnsSubdomain, serviceAccountName, `${path}.serviceAccountName`))
  if (nodeName) errors.push(...checkForm(dnsSubdomain, nodeName, `${path}.nodeName`))
  if (deadline !== undefined && (deadline < 1 || deadline > LONGEST_DEADLINE))
    errors.push(
      invalid(`${path}.activeDeadlineSeconds`, deadline, `must be between 1 and ${LONGEST_DEADLINE}, inclusive`),
    )
  if (hostname) errors.push(...checkForm(dnsLabel, hostname, `${path}.hostname`))
  if (subdomain) errors.push(...checkForm(dnsLabel, subdomain, `${path}.subdomain`))
  if (override === undefined) return errors
  const at = `${path}.hostnameOverride`
  if (spec.setHostnameAsFQDN)
    errors.push(forbidden(`${path}.setHostnameAsFQDN`, 'may not be set when hostnameOverride is set'))
  if (spec.hostNetwork) errors.push(forbidden(`${path}.hostNetwork`, 'may not be true when hostnameOverride is set'))
  errors.push(...checkForm(dnsSubdomain, override, at))
  if (override.length > LONGEST_HOSTNAME)
    errors.push(invalid(at, override, `must be no more than ${LONGEST_HOSTNAME} characters`))
  return errors
}
