import { isDeepStrictEqual } from 'node:util'
import { barredLabels } from '#access/node/node-labels.ts'
import { podReferences } from '#access/node/pod-references.ts'
import { leases } from '#api/coordination/lease/resource.ts'
import type { Node } from '#api/core/node/message.ts'
import { nodes } from '#api/core/node/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import { type ApiObject, isSame, type Resource } from '#api/resource.ts'
import { MIRROR_POD_ANNOTATION } from '#objects/well-known.ts'
import { quoted } from '#schema/go-quoted.ts'
import { nodeOf } from '../access/node-authorizer.ts'
import { forbidden, notFound } from '../errors.ts'
import type { Reader } from '../registry/reader.ts'
import { type Admission, nameOf } from './admission.ts'

/** What a node wants to do. */
interface Wish {
  readonly node: string
  readonly resource: Resource
  readonly object: ApiObject
  /** Absent where it is made, and where it goes. */
  readonly previous?: ApiObject
  readonly subresource: string
  readonly verb: 'create' | 'update' | 'delete'
  readonly reader: Reader
}

/** Why not; undefined where nothing is wrong. */
type Rule = (wish: Wish) => string | undefined

/**
 * A node writes of its own alone: its Node, its Lease, the status of its pods, and pods that it runs by itself. In the
 * words of Kubernetes' NodeRestriction.
 */
export const nodeRestriction: Admission = {
  create: (request) => {
    refuse({ ...request, node: nodeOf(request.caller), subresource: '', verb: 'create' })
    return request.object
  },
  update: (request) => {
    refuse({ ...request, node: nodeOf(request.caller), verb: 'update' })
    return request.object
  },
  delete: (request) => refuse({ ...request, node: nodeOf(request.caller), subresource: '', verb: 'delete' }),
}

const refuse = ({ node, ...wish }: Omit<Wish, 'node'> & { readonly node: string | undefined }): void => {
  if (node === undefined) return
  const { resource, object } = wish
  const why = ruleOf(resource)?.({ ...wish, node })
  if (why !== undefined) throw forbidden(resource, nameOf(object), why)
}

const ruleOf = (resource: Resource): Rule | undefined => {
  if (isSame(resource, pods)) return ofPod
  if (isSame(resource, nodes)) return ofNode
  return isSame(resource, leases) ? ofLease : undefined
}

const ofPod: Rule = (wish) => {
  const { node, object, previous, subresource, verb } = wish
  if (subresource === 'status') return ofPodStatus(node, object as Pod, previous as Pod)
  if (verb === 'create') return ofMirrorPod(wish)
  if (verb === 'delete')
    return isOn(object, node) ? undefined : `node ${quoted(node)} can only delete pods with spec.nodeName set to itself`
  return `unexpected operation "UPDATE", node ${quoted(node)} can only create and delete mirror pods`
}

const isOn = (pod: ApiObject, node: string): boolean => (pod as Pod).spec?.nodeName === node

const ofPodStatus = (node: string, pod: Pod, previous: Pod): string | undefined => {
  if (!isOn(previous, node))
    return `node ${quoted(node)} can only update pod status for pods with spec.nodeName set to itself`
  if (!isDeepStrictEqual(pod.metadata?.labels ?? {}, previous.metadata?.labels ?? {}))
    return `node ${quoted(node)} cannot update labels through pod status`
  return undefined
}

/** A pod that the node runs by itself, of which it tells; it names nothing that the node could then read. */
const ofMirrorPod = ({ node, object, reader }: Wish): string | undefined => {
  const pod = object as Pod
  const { annotations, ownerReferences = [] } = pod.metadata ?? {}
  const who = `node ${quoted(node)}`
  if (!annotations?.[MIRROR_POD_ANNOTATION])
    return `pod does not have ${quoted(MIRROR_POD_ANNOTATION)} annotation, ${who} can only create mirror pods`
  if (!isOn(pod, node)) return `${who} can only create pods with spec.nodeName set to itself`
  const [owner, ...others] = ownerReferences
  if (others.length > 0) return `${who} can only create pods with a single owner reference set to itself`
  if (owner?.apiVersion !== 'v1' || owner.kind !== 'Node' || owner.name !== node)
    return `${who} can only create pods with an owner reference set to itself`
  if (!owner.controller) return `${who} can only create pods with a controller owner reference set to itself`
  if (owner.blockOwnerDeletion) return `${who} must not set blockOwnerDeletion on an owner reference`
  const uid = reader.find(nodes, undefined, node)?.metadata?.uid
  if (uid === undefined) throw notFound(nodes, node)
  if (owner.uid !== uid) return `node ${node} UID mismatch: expected ${owner.uid} got ${uid}`
  const what = forbiddenReference(pod)
  return what && `${who} can not create pods that reference ${what}`
}

const forbiddenReference = (pod: Pod): string | undefined => {
  const { secrets, configMaps, claims } = podReferences(pod)
  const sources = pod.spec?.volumes?.flatMap(({ projected }) => projected?.sources ?? []) ?? []
  if (pod.spec?.serviceAccountName) return 'a service account'
  if (secrets.size > 0) return 'secrets'
  if (configMaps.size > 0) return 'configmaps'
  if (sources.some(({ clusterTrustBundle }) => clusterTrustBundle)) return 'clustertrustbundles'
  if (claims.size > 0) return 'persistentvolumeclaims'
  return pod.spec?.resourceClaims?.length ? 'resourceclaims' : undefined
}

const ofNode: Rule = ({ node, object, previous, verb }) => {
  const { labels, name } = object.metadata ?? {}
  const who = `node ${quoted(node)}`
  if (verb === 'create') {
    const barred = barredLabels(labels, undefined)
    if (barred.length > 0) return `${who} is not allowed to set the following labels: ${barred.join(', ')}`
  }
  if (name !== node) return `${who} is not allowed to modify node ${quoted(name ?? '')}`
  if (verb !== 'update') return undefined
  const taints = (one: ApiObject | undefined) => (one as Node).spec?.taints ?? []
  if (!isDeepStrictEqual(taints(object), taints(previous))) return `${who} is not allowed to modify taints`
  const barred = barredLabels(labels, previous?.metadata?.labels)
  return barred.length > 0 ? `${who} is not allowed to modify labels: ${barred.join(', ')}` : undefined
}

const LEASES = 'kube-node-lease'

const ofLease: Rule = ({ node, object }) => {
  const { name, namespace } = object.metadata ?? {}
  if (namespace !== LEASES) return `can only access leases in the "${LEASES}" system namespace`
  return name === node ? undefined : 'can only access node lease with the same name as the requesting node'
}
