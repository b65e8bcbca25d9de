import type { ControllerContext, RunningController } from './context.ts'
import { startDeploymentController } from './deployment/controller.ts'
import { startEndpointSliceController } from './endpointslice/controller.ts'
import { startReplicaSetController } from './replicaset/controller.ts'
import { startScheduler } from './scheduler/controller.ts'

export interface ControllerEntry {
  readonly name: string
  readonly start: (context: ControllerContext) => RunningController | undefined
}

/** All controllers, in the order in which they are started: along the way from `kubectl apply` to an answer. */
export const CONTROLLERS: readonly ControllerEntry[] = [
  // A Deployment is only seen in its ReplicaSets,
  { name: 'deployment', start: startDeploymentController },
  // which make pods,
  { name: 'replicaset', start: startReplicaSetController },
  // which need a node to run on,
  { name: 'scheduler', start: startScheduler },
  // and are reached through slices.
  { name: 'endpointslice', start: startEndpointSliceController },
]
