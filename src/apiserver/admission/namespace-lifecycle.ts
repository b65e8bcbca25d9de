import type { Namespace } from '#api/core/namespace/message.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import type { ApiObject } from '#api/resource.ts'
import { isSame } from '#api/resource.ts'
import { NAMESPACE_NAME_LABEL } from '#objects/well-known.ts'
import { failure, forbidden, notFound } from '../errors.ts'
import { type Admission, nameOf } from './admission.ts'

/** Without them there is no cluster. `kube-node-lease` is none of them: nothing is lost with it that is not remade. */
const IMMORTAL = new Set(['default', 'kube-system', 'kube-public'])

const withNameLabel = (namespace: ApiObject): ApiObject => {
  const { name = '', labels } = namespace.metadata ?? {}
  if (labels?.[NAMESPACE_NAME_LABEL] === name) return namespace
  return { ...namespace, metadata: { ...namespace.metadata, labels: { ...labels, [NAMESPACE_NAME_LABEL]: name } } }
}

/**
 * Nothing is created in a namespace that is not there or is going away, the `kubernetes.io/metadata.name` label stands
 * on each, and those that the cluster stands on cannot be deleted.
 */
export const namespaceLifecycle: Admission = {
  create({ resource, object, reader }) {
    if (isSame(resource, namespaces)) return withNameLabel(object)
    if (!resource.namespaced) return object
    const name = object.metadata?.namespace ?? ''
    const namespace = reader.find(namespaces, undefined, name) as Namespace | undefined
    if (!namespace) throw notFound(namespaces, name)
    if (namespace.metadata?.deletionTimestamp) {
      const why = `unable to create new content in namespace ${name} because it is being terminated`
      const refusal = forbidden(resource, nameOf(object), why)
      throw failure(403, 'Forbidden', refusal.message, {
        ...refusal.status.details,
        causes: [
          {
            reason: 'NamespaceTerminating',
            message: `namespace ${name} is being terminated`,
            field: 'metadata.namespace',
          },
        ],
      })
    }
    return object
  },
  update({ resource, object }) {
    return isSame(resource, namespaces) ? withNameLabel(object) : object
  },
  delete({ resource, object }) {
    const name = nameOf(object)
    if (isSame(resource, namespaces) && IMMORTAL.has(name))
      throw forbidden(resource, name, 'this namespace may not be deleted')
  },
}
