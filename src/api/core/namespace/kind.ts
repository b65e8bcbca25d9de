import { kind } from '#api/catalogue/kind.ts'
import { status } from '#api/catalogue/subresource.ts'
import { namespaceColumns } from './columns.ts'
import { defaultNamespace } from './defaults.ts'
import { Namespace } from './message.ts'
import { prepareNamespaceCreate, prepareNamespaceUpdate } from './prepare.ts'
import { namespaces } from './resource.ts'
import { validateNamespaceCreate } from './validate.ts'

export const namespace = kind({
  resource: namespaces,
  subresources: {
    // The one way to take `spec.finalizers` away.
    finalize: { answeredBy: 'finalize', verbs: ['update'], body: Namespace, isUnruled: true },
    status,
  },
  // One by one: a whole cluster at once is nobody's wish.
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  defaults: defaultNamespace,
  prepare: { create: prepareNamespaceCreate, update: prepareNamespaceUpdate },
  validate: { create: validateNamespaceCreate },
  deletion: {
    knowsNoGrace: true,
    // It is emptied first, by the namespace controller.
    holds: ({ spec }) => (spec?.finalizers ?? []).length > 0,
    marked: (object) => ({ ...object, status: { ...object.status, phase: 'Terminating' as const } }),
  },
  answersDeleted: true,
  columns: namespaceColumns,
  fields: { 'status.phase': (object) => object.status?.phase },
  descriptions: () => import('./descriptions.ts'),
})
