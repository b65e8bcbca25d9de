import type { ConfigMap } from '#api/core/configmap/message.ts'
import type { Namespace } from '#api/core/namespace/message.ts'
import type { Secret } from '#api/core/secret/message.ts'
import { AGE, type Column, column, type Metadata, NAME } from '../column.ts'

export const namespaceColumns: readonly Column<Namespace>[] = [
  NAME,
  column('Status', 'Active, or Terminating while it is emptied.', ({ status }) => status?.phase ?? ''),
  AGE,
]
export const configMapColumns: readonly Column<ConfigMap>[] = [
  NAME,
  column(
    'Data',
    'Number of entries.',
    ({ data, binaryData }) => Object.keys({ ...data }).length + Object.keys({ ...binaryData }).length,
  ),
  AGE,
]
export const secretColumns: readonly Column<Secret>[] = [
  NAME,
  column('Type', 'What programs use it for.', ({ type }) => type ?? ''),
  column('Data', 'Number of entries.', ({ data }) => Object.keys({ ...data }).length),
  AGE,
]
export const leaseColumns: readonly Column<Metadata & { readonly spec?: { readonly holderIdentity?: string } }>[] = [
  NAME,
  column('Holder', 'Who holds it.', ({ spec }) => spec?.holderIdentity ?? ''),
  AGE,
]
