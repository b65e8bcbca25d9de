import { resource } from '#api/resource.ts'
import { ReplicationController, ReplicationControllerList } from './message.ts'

export const replicationControllers = resource(
  'replicationcontrollers',
  ReplicationController,
  ReplicationControllerList,
  { shortNames: ['rc'], categories: ['all'] },
)
