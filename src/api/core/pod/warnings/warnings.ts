import { addressWarnings } from '#api/validation/address.ts'
import { nameWarnings } from '#api/validation/name-warnings.ts'
import { dnsLabel } from '#api/validation/names.ts'
import { repeats } from '#api/validation/repeats.ts'
import type { Pod } from '../message.ts'
import type { PodSpec } from '../spec/spec.ts'
import type { PodTemplateSpec } from '../template.ts'
import { containerWarnings } from './containers.ts'
import { placementWarnings, podAffinityWarnings } from './placement.ts'
import { volumeWarnings } from './volumes.ts'

/** What Kubernetes says in a Warning header (code 299) to who creates or updates such a pod. */
export const podWarnings = ({ metadata, spec }: Pod, isNew = false): readonly string[] => {
  const problems = isNew ? dnsLabel(metadata?.name ?? '') : []
  return [
    ...(problems.length === 0
      ? []
      : [
          `metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [${problems.join(' ')}]`,
        ]),
    ...warningsOf({ metadata, spec }, ''),
  ]
}

/** The same of pods that are to be made. */
export const templateWarnings = (template: PodTemplateSpec | undefined, path: string): readonly string[] =>
  template === undefined ? [] : warningsOf(template, `${path}.`)

interface PodOwner {
  readonly metadata?: { readonly name?: string }
  readonly spec?: { readonly template?: PodTemplateSpec }
}

/** The same of what has its template in `spec.template` and names its pods after itself. */
export const podOwnerWarnings = ({ metadata, spec }: PodOwner, isNew = false): readonly string[] => [
  ...(isNew ? nameWarnings(metadata?.name) : []),
  ...templateWarnings(spec?.template, 'spec.template'),
]

const GONE: { readonly [annotation: string]: string } = {
  'scheduler.alpha.kubernetes.io/critical-pod': 'non-functional in v1.16+; use the "priorityClassName" field instead',
  'security.alpha.kubernetes.io/sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
  'security.alpha.kubernetes.io/unsafe-sysctls': 'non-functional in v1.11+; use the "sysctls" field instead',
}
const SECCOMP = 'seccomp.security.alpha.kubernetes.io/pod'

const repeated = (values: readonly string[], text: (index: number, value: string) => string): readonly string[] =>
  [...repeats(values)].map((index) => text(index, values[index]!))

/** In Kubernetes' order; `at`: what stands before `spec`. */
const warningsOf = ({ metadata, spec = {} }: PodTemplateSpec, at: string): readonly string[] => {
  const annotations: { readonly [key: string]: string } = metadata?.annotations ?? {}
  const path = `${at}spec`
  const { securityContext, terminationGracePeriodSeconds: grace } = spec
  return [
    ...placementWarnings(spec, path),
    ...Object.entries(GONE).flatMap(([key, why]) =>
      annotations[key] === undefined ? [] : [`${at}metadata.annotations[${key}]: ${why}`],
    ),
    ...volumeWarnings(spec.volumes ?? [], `${path}.volumes`),
    ...aliasWarnings(spec, path),
    ...secretWarnings(spec, path),
    ...(annotations[SECCOMP] !== undefined && securityContext?.seccompProfile === undefined
      ? [`${at}metadata.annotations[${SECCOMP}]: non-functional in v1.27+; use the "seccompProfile" field instead`]
      : []),
    ...containerWarnings(spec, annotations, at),
    ...(grace !== undefined && grace < 0
      ? [`${path}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`]
      : []),
    ...podAffinityWarnings(spec.affinity, `${path}.affinity`),
    ...(spec.dnsConfig?.nameservers ?? []).flatMap((server, index) =>
      addressWarnings(server, `${path}.dnsConfig.nameservers[${index}]`),
    ),
  ]
}

const aliasWarnings = ({ hostAliases = [] }: PodSpec, path: string): readonly string[] => [
  ...repeated(
    hostAliases.map(({ ip }) => ip),
    (index, ip) => `${path}.hostAliases[${index}].ip: duplicate ip ${JSON.stringify(ip)}`,
  ),
  ...hostAliases.flatMap(({ ip }, index) => addressWarnings(ip, `${path}.hostAliases[${index}].ip`)),
]

const secretWarnings = ({ imagePullSecrets = [] }: PodSpec, path: string): readonly string[] => {
  const names = imagePullSecrets.map(({ name = '' }) => name)
  return [
    ...repeated(
      names,
      (index, name) => `${path}.imagePullSecrets[${index}].name: duplicate name ${JSON.stringify(name)}`,
    ),
    ...names.flatMap((name, index) =>
      name === '' ? [`${path}.imagePullSecrets[${index}].name: invalid empty name ""`] : [],
    ),
  ]
}
