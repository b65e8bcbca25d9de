import type { ComponentStatus } from '#api/core/componentstatus/message.ts'
import type { ServerContext } from '../server-context.ts'

/** The parts of a control plane by the names that every cluster has. */
export const componentsOf = ({ registry }: ServerContext): readonly ComponentStatus[] => {
  const component = (name: string, error?: string): ComponentStatus => ({
    apiVersion: 'v1',
    kind: 'ComponentStatus',
    metadata: { name },
    conditions: [
      error === undefined
        ? { type: 'Healthy', status: 'True', message: 'ok' }
        : { type: 'Healthy', status: 'False', message: error, error },
    ],
  })
  return [
    component('controller-manager'),
    // Whatever keeps objects is asked for by this name.
    component('etcd-0', registry.isStalled ? 'the disk takes nothing' : undefined),
    component('scheduler'),
  ]
}
