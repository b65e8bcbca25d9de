import { replicaSets } from '#api/apps/replicaset/resource.ts'
import { selects } from '#objects/label-selector.ts'
import type { ControllerContext, RunningController } from '../context.ts'
import { startReplicaKeeper } from '../replicas/keeper.ts'

/** Keeps as many pods as each ReplicaSet asks for. */
export const startReplicaSetController = (context: ControllerContext): RunningController =>
  startReplicaKeeper(context, {
    name: 'replicaset',
    component: 'replicaset-controller',
    resource: replicaSets,
    selects: ({ spec }, labels) => selects(spec?.selector, labels),
    countsTerminating: true,
  })
