import { AGE, type Column, type Metadata, NAME } from './column.ts'
import { endpointSliceColumns, endpointsColumns } from './columns/endpoint-columns.ts'
import { eventColumns } from './columns/event-columns.ts'
import { nodeColumns } from './columns/node-columns.ts'
import { configMapColumns, leaseColumns, namespaceColumns, secretColumns } from './columns/other-columns.ts'
import { podColumns } from './columns/pod-columns.ts'
import { serviceColumns } from './columns/service-columns.ts'
import { deploymentColumns, replicaSetColumns } from './columns/workload-columns.ts'

/** The columns of each kind; a kind outside of the core group is named with its group. */
export const columnsByKind: { readonly [kind: string]: readonly Column<never>[] } = {
  Pod: podColumns,
  Service: serviceColumns,
  Node: nodeColumns,
  Endpoints: endpointsColumns,
  'EndpointSlice.discovery.k8s.io': endpointSliceColumns,
  Event: eventColumns,
  'Deployment.apps': deploymentColumns,
  'ReplicaSet.apps': replicaSetColumns,
  Namespace: namespaceColumns,
  ConfigMap: configMapColumns,
  Secret: secretColumns,
  'Lease.coordination.k8s.io': leaseColumns,
}

/** Name and age: what every other kind prints. */
export const plainColumns: readonly Column<Metadata>[] = [NAME, AGE]
