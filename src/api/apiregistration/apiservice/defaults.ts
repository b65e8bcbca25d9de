import type { Draft } from '#schema/defaulting.ts'
import type { APIService } from './message.ts'

export const defaultApiService = ({ spec }: Draft<APIService>): void => {
  if (spec?.service) spec.service.port ??= 443
}
