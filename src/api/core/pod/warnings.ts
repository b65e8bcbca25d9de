import { addressWarnings } from '#api/validation/address.ts'
import type { Pod } from './message.ts'

/** What Kubernetes says in a Warning header (code 299) to who creates or updates such a pod. */
export const podWarnings = (pod: Pod): readonly string[] => {
  const { hostAliases = [], dnsConfig } = pod.spec ?? {}
  const warnings: string[] = [
    ...hostAliases.flatMap(({ ip }, index) => addressWarnings(ip, `spec.hostAliases[${index}].ip`)),
    ...(dnsConfig?.nameservers ?? []).flatMap((server, index) =>
      addressWarnings(server, `spec.dnsConfig.nameservers[${index}]`),
    ),
  ]
  for (const [index, container] of (pod.spec?.containers ?? []).entries()) {
    const seen = new Map<string, number>()
    for (const [place, variable] of (container.env ?? []).entries()) {
      const earlier = seen.get(variable.name)
      if (earlier !== undefined)
        warnings.push(
          `spec.containers[${index}].env[${place}]: hides previous definition of "${variable.name}", which may be dropped when using apply`,
        )
      seen.set(variable.name, place)
    }
  }
  return warnings
}
