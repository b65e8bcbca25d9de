import type { APIService } from './message.ts'

/** Requests are answered here alone. */
export const apiServiceWarnings = ({ spec }: APIService, isNew = false): readonly string[] =>
  isNew && spec?.service
    ? [
        `requests for ${spec.group}/${spec.version} are not passed on to the Service ${spec.service.namespace}/${spec.service.name}: this cluster has no aggregation of API servers`,
      ]
    : []
