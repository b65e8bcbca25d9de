import type { Draft } from '#schema/defaulting.ts'
import type { APIService } from './message.ts'

/** What this server answers for itself is available from the start. */
export const prepareApiServiceCreate = (apiService: Draft<APIService>): void => {
  const { spec, metadata } = apiService
  if (spec?.service) return
  apiService.status = {
    conditions: [
      {
        type: 'Available',
        status: 'True',
        ...(metadata?.creationTimestamp ? { lastTransitionTime: metadata.creationTimestamp } : {}),
        reason: 'Local',
        message: 'Local APIServices are always available',
      },
    ],
  }
}
