import type { Service } from '#api/core/service/message.ts'
import type { Clause } from './clause.ts'

/** Why a Service is left alone; undefined: it is ours. */
export function leftAlone({ metadata, spec }: Service): Clause | undefined {
  const labels = Object.keys(metadata?.labels ?? {})
  if (spec?.type === 'ExternalName') return 'proxied/external-name'
  if (!spec?.clusterIP || spec.clusterIP === 'None') return 'proxied/headless'
  if (labels.includes('service.kubernetes.io/headless')) return 'proxied/headless-label'
  if (labels.includes('service.kubernetes.io/service-proxy-name')) return 'proxied/proxy-name-label'
  return undefined
}
