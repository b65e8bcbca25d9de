import { ANONYMOUS, type Caller, isMaster, serviceAccountOf } from './caller.ts'

/** What someone wants to do: the attributes of a SubjectAccessReview. */
export type AccessRequest =
  | { readonly kind: 'path'; readonly verb: string; readonly path: string }
  | {
      readonly kind: 'resource'
      readonly verb: string
      readonly group: string
      readonly resource: string
      readonly subresource: string
      readonly namespace: string
      readonly name: string
    }

interface Decision {
  readonly allowed: boolean
  readonly reason: string
}

const OPEN_PATHS = ['/healthz', '/livez', '/readyz', '/version']
const READ_VERBS = new Set(['get', 'list', 'watch', 'head'])
/** Questions about oneself, which anyone who is someone may ask. */
const SELF_REVIEWS = new Set(['selfsubjectaccessreviews', 'selfsubjectrulesreviews', 'selfsubjectreviews'])
/** Reading these reaches into a running container or what stands behind an address, so a read verb is not enough. */
const POWERFUL_SUBRESOURCES = new Set(['exec', 'attach', 'portforward', 'proxy'])

/** The cluster's one rule until RBAC is served; docs/adr/0011-authorization.md says why. */
export const authorize = (caller: Caller, request: AccessRequest): Decision => {
  if (isMaster(caller)) return { allowed: true, reason: '' }
  if (request.kind === 'path') {
    const open = OPEN_PATHS.some((path) => request.path === path || request.path.startsWith(`${path}/`))
    if (open && READ_VERBS.has(request.verb)) return { allowed: true, reason: 'health and version are open to all' }
  }
  if (!caller.groups.includes('system:authenticated')) {
    return { allowed: false, reason: caller === ANONYMOUS ? 'anonymous may read health and version only' : '' }
  }
  if (request.kind === 'path') {
    return READ_VERBS.has(request.verb)
      ? { allowed: true, reason: 'authenticated users may read' }
      : { allowed: false, reason: 'only group system:masters may write' }
  }
  if (request.group === 'authorization.k8s.io' || request.group === 'authentication.k8s.io') {
    if (request.verb === 'create' && SELF_REVIEWS.has(request.resource)) {
      return { allowed: true, reason: 'anyone may review their own access' }
    }
  }
  if (!READ_VERBS.has(request.verb)) return { allowed: false, reason: 'only group system:masters may write' }
  if (POWERFUL_SUBRESOURCES.has(request.subresource)) {
    return { allowed: false, reason: `only group system:masters may use ${request.resource}/${request.subresource}` }
  }
  // Whoever asks whether all of them are open asks for the powerful ones, and for the secrets of others.
  if (request.resource === '*' || request.subresource === '*') {
    return { allowed: false, reason: 'some resources are for group system:masters only' }
  }
  if (request.group === '' && request.resource === 'secrets') {
    const account = serviceAccountOf(caller)
    const own = account !== undefined && request.namespace !== '' && account.namespace === request.namespace
    return own
      ? { allowed: true, reason: "a ServiceAccount may read its own namespace's secrets" }
      : { allowed: false, reason: 'secrets of other namespaces are not readable' }
  }
  return { allowed: true, reason: 'authenticated users may read' }
}

/** Kubernetes' sentence for a refusal. */
export const refusalMessage = (caller: Caller, request: AccessRequest): string => {
  const user = `User ${JSON.stringify(caller.name)} cannot ${request.verb}`
  if (request.kind === 'path') return `${user} path ${JSON.stringify(request.path)}`
  const resource = request.subresource ? `${request.resource}/${request.subresource}` : request.resource
  const where = request.namespace ? `in the namespace ${JSON.stringify(request.namespace)}` : 'at the cluster scope'
  return `${user} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(request.group)} ${where}`
}
