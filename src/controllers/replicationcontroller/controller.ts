import { replicationControllers } from '#api/core/replicationcontroller/resource.ts'
import { matchesMap } from '#objects/label-selector.ts'
import type { ControllerContext, RunningController } from '../context.ts'
import { startReplicaKeeper } from '../replicas/keeper.ts'

/** Keeps as many pods as each ReplicationController asks for. */
export const startReplicationControllerController = (context: ControllerContext): RunningController =>
  startReplicaKeeper(context, {
    name: 'replicationcontroller',
    component: 'replication-controller',
    resource: replicationControllers,
    selects: ({ spec }, labels) => matchesMap(spec?.selector, labels),
    countsTerminating: false,
  })
