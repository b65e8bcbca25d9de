import type { Draft } from '#schema/defaulting.ts'
import type { CustomResourceDefinition } from './message.ts'

const HTTPS = 443

export const defaultCustomResourceDefinition = ({ spec }: Draft<CustomResourceDefinition>): void => {
  const { names } = spec
  if (!names.singular) names.singular = names.kind.toLowerCase()
  if (!names.listKind && names.kind) names.listKind = `${names.kind}List`
  spec.conversion ??= { strategy: 'None' }
  const service = spec.conversion.webhook?.clientConfig?.service
  if (service) service.port ??= HTTPS
}
