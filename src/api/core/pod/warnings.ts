import { addressWarnings } from '#api/validation/address.ts'
import { nameWarnings } from '#api/validation/name-warnings.ts'
import type { Pod } from './message.ts'
import type { PodSpec } from './spec/spec.ts'
import type { PodTemplateSpec } from './template.ts'

/** What Kubernetes says in a Warning header (code 299) to who creates or updates such a pod. */
export const podWarnings = (pod: Pod): readonly string[] => specWarnings(pod.spec, 'spec')

/** The same of pods that are to be made. */
export const templateWarnings = (template: PodTemplateSpec | undefined, path: string): readonly string[] =>
  specWarnings(template?.spec, `${path}.spec`)

interface PodOwner {
  readonly metadata?: { readonly name?: string }
  readonly spec?: { readonly template?: PodTemplateSpec }
}

/** The same of what has its template in `spec.template` and names its pods after itself. */
export const podOwnerWarnings = ({ metadata, spec }: PodOwner, isNew = false): readonly string[] => [
  ...(isNew ? nameWarnings(metadata?.name) : []),
  ...templateWarnings(spec?.template, 'spec.template'),
]

const specWarnings = (spec: PodSpec | undefined, path: string): readonly string[] => {
  const { hostAliases = [], dnsConfig } = spec ?? {}
  const warnings: string[] = [
    ...hostAliases.flatMap(({ ip }, index) => addressWarnings(ip, `${path}.hostAliases[${index}].ip`)),
    ...(dnsConfig?.nameservers ?? []).flatMap((server, index) =>
      addressWarnings(server, `${path}.dnsConfig.nameservers[${index}]`),
    ),
  ]
  for (const [index, container] of (spec?.containers ?? []).entries()) {
    const seen = new Map<string, number>()
    for (const [place, variable] of (container.env ?? []).entries()) {
      const earlier = seen.get(variable.name)
      if (earlier !== undefined)
        warnings.push(
          `${path}.containers[${index}].env[${place}]: hides previous definition of "${variable.name}", which may be dropped when using apply`,
        )
      seen.set(variable.name, place)
    }
  }
  return warnings
}
