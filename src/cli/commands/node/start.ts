import { startNode } from '#cluster/nodes/node-changes.ts'
import type { Command } from '../../command.ts'
import { changeFlags, changeState, nodeArgument } from '../../nodes/change-node.ts'

export const start: Command = {
  name: 'node start',
  summary: 'boot a node that was stopped, or undo a pause',
  description: `Its kubelet registers; pods that were deleted meanwhile go, and the others start anew by their restart policy. Returns when all
parts of it are ready. A node that was paused is reached again, as by \`fairlead node unpause\`.`,
  argument: nodeArgument,
  flags: changeFlags,
  examples: ['fairlead node start node-2'],
  run: (invocation) => changeState(invocation, startNode, 'is up and Ready', true),
}
