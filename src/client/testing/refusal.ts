import type { Resource } from '#api/resource.ts'
import { ApiError } from '../client.ts'

/** An error as the API answers it: HTTP code, reason of the Status, message. */
export const refusal = (code: number, reason: string, message: string): ApiError =>
  new ApiError({ apiVersion: 'v1', kind: 'Status', status: 'Failure', code, reason, message })

/** `pods`, `deployments.apps`: a resource in messages and as a key. */
export const idOf = (resource: Pick<Resource, 'group' | 'plural'>): string =>
  resource.group ? `${resource.plural}.${resource.group}` : resource.plural

/** Nothing new is made in a namespace that is going. */
export const terminating = (
  resource: Pick<Resource, 'group' | 'plural'>,
  name: string,
  namespace: string,
): ApiError => {
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`
  const message = `${idOf(resource)} "${name}" is forbidden: ${why}`
  const { status } = refusal(403, 'Forbidden', message)
  const causes = [
    {
      reason: 'NamespaceTerminating',
      message: `namespace ${namespace} is being terminated`,
      field: 'metadata.namespace',
    },
  ]
  return new ApiError({ ...status, details: { causes } })
}
