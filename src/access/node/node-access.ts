import type { Decision, ResourceRequest } from '../rbac/request.ts'

/** What an object is to a node: its pods name it. */
export type RelatedKind =
  | 'secrets'
  | 'configmaps'
  | 'persistentvolumeclaims'
  | 'persistentvolumes'
  | 'serviceaccounts'
  | 'pods'

/** Whether a pod of this node has to do with an object; or is it, where it is a pod. */
type IsRelated = (node: string, kind: RelatedKind, namespace: string, name: string) => boolean

const ALLOWED: Decision = { allowed: true, reason: '' }
const SILENT: Decision = { allowed: false, reason: '' }
const refused = (reason: string): Decision => ({ allowed: false, reason })

const LEASES = 'kube-node-lease'

/**
 * What a node may do with the kinds that its rules name as a whole and of which only some are its own. Undefined of all
 * others, which its rules alone decide.
 */
export const nodeAccess = (node: string, request: ResourceRequest, isRelated: IsRelated): Decision | undefined => {
  const { group, resource } = request
  const related = (kind: RelatedKind): Decision => {
    if (request.name === '') return refused('No Object name found')
    if (isRelated(node, kind, request.namespace, request.name)) return ALLOWED
    return refused(`no relationship found between node '${node}' and this object`)
  }
  switch (group === '' ? resource : `${group}/${resource}`) {
    case 'secrets':
    case 'configmaps':
      return readable(request) ?? related(resource as RelatedKind)
    case 'persistentvolumeclaims':
      return (
        (request.subresource === 'status' ? statusWritable(request) : gettable(request)) ??
        related(resource as RelatedKind)
      )
    case 'persistentvolumes':
      return gettable(request) ?? related('persistentvolumes')
    case 'serviceaccounts':
      if (request.verb === 'get' && request.subresource === '') return readable(request) ?? related('serviceaccounts')
      return tokenMade(request) ?? related('serviceaccounts')
    case 'storage.k8s.io/volumeattachments':
    case 'resource.k8s.io/resourceclaims':
      // None of them is here that a node could have to do with.
      return gettable(request) ?? refused(`no relationship found between node '${node}' and this object`)
    case 'coordination.k8s.io/leases':
      return lease(node, request)
    case 'storage.k8s.io/csinodes':
      return csiNode(node, request)
    case 'nodes':
      return ownNode(node, request)
    case 'pods':
      return ownPod(node, request, related)
    default:
      return undefined
  }
}

const readable = ({ verb, subresource, namespace }: ResourceRequest): Decision | undefined => {
  if (verb !== 'get' && verb !== 'list' && verb !== 'watch') return refused('can only read resources of this type')
  if (subresource) return refused('cannot read subresource')
  return namespace ? undefined : refused('can only read namespaced object of this type')
}

const gettable = ({ verb, subresource }: ResourceRequest): Decision | undefined => {
  if (verb !== 'get') return refused('can only get individual resources of this type')
  return subresource ? refused('cannot get subresource') : undefined
}

const statusWritable = ({ verb }: ResourceRequest): Decision | undefined =>
  verb === 'get' || verb === 'update' || verb === 'patch' ? undefined : refused('can only get/update/patch this type')

const tokenMade = ({ verb, subresource, name }: ResourceRequest): Decision | undefined => {
  if (verb !== 'create' || name === '') return refused('can only create tokens for individual service accounts')
  return subresource === 'token' ? undefined : refused('can only create token subresource of service account')
}

const isWritable = (verb: string): boolean => ['get', 'create', 'update', 'patch', 'delete'].includes(verb)

const lease = (node: string, { verb, namespace, name }: ResourceRequest): Decision => {
  if (!isWritable(verb)) return refused('can only get, create, update, patch, or delete a node lease')
  if (namespace !== LEASES) return refused(`can only access leases in the "${LEASES}" system namespace`)
  if (verb !== 'create' && name !== node) {
    return refused('can only access node lease with the same name as the requesting node')
  }
  return ALLOWED
}

const csiNode = (node: string, { verb, subresource, name }: ResourceRequest): Decision => {
  if (!isWritable(verb)) return refused('can only get, create, update, patch, or delete a CSINode')
  if (subresource) return refused('cannot authorize CSINode subresources')
  if (verb !== 'create' && name !== node) {
    return refused('can only access CSINode with the same name as the requesting node')
  }
  return ALLOWED
}

const isWrite = (verb: string): boolean => verb === 'update' || verb === 'patch'

const ownNode = (node: string, { verb, subresource, name }: ResourceRequest): Decision => {
  if (subresource === 'status') return isWrite(verb) ? ALLOWED : SILENT
  if (subresource !== '') return SILENT
  if (verb === 'create' || isWrite(verb)) return ALLOWED
  if (verb !== 'get' && verb !== 'list' && verb !== 'watch') return SILENT
  if (name === node) return ALLOWED
  return refused(
    name === ''
      ? `node '${node}' cannot read all nodes, only its own Node object`
      : `node '${node}' cannot read '${name}', only its own Node object`,
  )
}

const ownPod = (node: string, request: ResourceRequest, related: (kind: RelatedKind) => Decision): Decision => {
  const { verb, subresource, name, fields } = request
  if (subresource === 'status') return isWrite(verb) ? ALLOWED : SILENT
  if (subresource === 'eviction') return verb === 'create' ? ALLOWED : SILENT
  if (subresource !== '') return SILENT
  switch (verb) {
    case 'get':
      return related('pods')
    case 'list':
    case 'watch':
      if (fields?.['spec.nodeName'] === node) return ALLOWED
      if (name !== '') return related('pods')
      return refused('can only list/watch pods with spec.nodeName field selector')
    case 'create':
    case 'delete':
      return ALLOWED
    default:
      return SILENT
  }
}
