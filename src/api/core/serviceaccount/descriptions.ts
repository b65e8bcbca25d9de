import { references } from '#api/core/reference-descriptions.ts'
import type { Descriptions } from '#api/openapi/description.ts'

export const descriptions: Descriptions = {
  ...references,
  ServiceAccount: {
    about: 'A ServiceAccount is who a pod is to the API.',
    fields: {
      secrets: 'Secrets that its pods may mount, where that is restricted.',
      imagePullSecrets: 'Secrets for image registries, for pods that name none.',
      automountServiceAccountToken: 'Whether its pods are given a token, unless they say otherwise. Default true.',
    },
  },
}
