import { SelfSubjectAccessReview } from '#api/authorization/selfsubjectaccessreview/message.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import type { Client } from '#client/client.ts'
import { eachOf } from '../agents/ask-agent.ts'

/** A thing that somebody must be allowed to do. */
interface Need {
  readonly verb: string
  readonly group: string
  readonly resource: string
  readonly subresource?: string
  /** Left out: of the whole cluster. */
  readonly namespace?: string
}

const reviews = {
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectAccessReview',
  plural: 'selfsubjectaccessreviews',
  singular: 'selfsubjectaccessreview',
  shortNames: [],
  categories: [],
  namespaced: false,
  message: SelfSubjectAccessReview,
} as unknown as Resource<ApiObject>

/** What a check needs, in the namespace that it makes for itself. */
export const needsOf = (namespace: string): readonly Need[] => [
  { verb: 'list', group: '', resource: 'nodes' },
  { verb: 'create', group: '', resource: 'namespaces' },
  { verb: 'delete', group: '', resource: 'namespaces' },
  { verb: 'create', group: 'apps', resource: 'daemonsets', namespace },
  { verb: 'get', group: 'apps', resource: 'daemonsets', namespace },
  { verb: 'create', group: '', resource: 'services', namespace },
  { verb: 'list', group: '', resource: 'pods', namespace },
  { verb: 'get', group: '', resource: 'pods', subresource: 'exec', namespace },
  { verb: 'create', group: '', resource: 'pods', subresource: 'exec', namespace },
]

/** Those that who asks may not do, as the API server itself says (SelfSubjectAccessReview). */
export const missingOf = async (client: Client, needs: readonly Need[]): Promise<readonly Need[]> => {
  const allowed = await eachOf(needs, async ({ verb, group, resource, subresource, namespace }) => {
    const resourceAttributes = {
      verb,
      group,
      resource,
      ...(subresource && { subresource }),
      ...(namespace && { namespace }),
    }
    const review = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes },
    }
    const { status } = (await client.create(reviews, review as ApiObject)) as {
      readonly status?: { readonly allowed?: boolean }
    }
    return status?.allowed === true
  })
  return needs.filter((_, index) => allowed[index] !== true)
}

/** `create daemonsets.apps`, as a rule of RBAC names it. */
export const needText = ({ verb, group, resource, subresource, namespace }: Need): string =>
  `${verb} ${resource}${subresource ? `/${subresource}` : ''}${group ? `.${group}` : ''}${namespace ? ` in namespace ${namespace}` : ''}`
