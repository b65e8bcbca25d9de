import type { Namespace } from '#api/core/namespace/message.ts'
import type { ApiObject } from '#api/resource.ts'
import { NAMESPACE_NAME_LABEL } from '#objects/well-known.ts'
import { failure, forbidden, notFound } from '../errors.ts'
import type { Admission } from './admission.ts'

const NAMESPACES = { group: '', plural: 'namespaces', kind: 'Namespace', namespaced: false }

/** Without them there is no cluster. `kube-node-lease` is none of them: nothing is lost with it that is not remade. */
const IMMORTAL = new Set(['default', 'kube-system', 'kube-public'])

const isNamespace = ({ group, plural }: { readonly group: string; readonly plural: string }): boolean =>
  group === '' && plural === 'namespaces'

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
  name: 'NamespaceLifecycle',
  create({ resource, object, reader }) {
    if (isNamespace(resource)) return withNameLabel(object)
    if (!resource.namespaced) return object
    const name = object.metadata?.namespace ?? ''
    const namespace = reader.find(NAMESPACES, undefined, name) as Namespace | undefined
    if (!namespace) throw notFound(NAMESPACES, name)
    if (namespace.metadata?.deletionTimestamp) {
      const why = `unable to create new content in namespace ${name} because it is being terminated`
      const refusal = forbidden(resource, object.metadata?.name ?? '', why)
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
    return isNamespace(resource) ? withNameLabel(object) : object
  },
  delete({ resource, object }) {
    const name = object.metadata?.name ?? ''
    if (isNamespace(resource) && IMMORTAL.has(name))
      throw forbidden(resource, name, 'this namespace may not be deleted')
  },
}
