import { stopNode } from '#cluster/nodes/node-changes.ts'
import type { Command } from '../../command.ts'
import { changeFlags, changeState, nodeArgument } from '../../nodes/change-node.ts'

export const stop: Command = {
  name: 'node stop',
  summary: 'take a node’s power: what runs there dies',
  description: `Its containers die without a grace period, its network is gone, its kubelet says nothing more. Nobody tells the API: the Node
becomes NotReady after the grace period (\`up --node-monitor-grace-period\`), its endpoints leave, and its pods are evicted as
their tolerations say. It stays stopped until \`fairlead node start\`, over \`stop\` and \`up\` of the cluster too.`,
  argument: nodeArgument,
  flags: changeFlags,
  examples: ['fairlead node stop node-2', 'fairlead node stop 2 --name ci'],
  run: (invocation) =>
    changeState(
      invocation,
      stopNode,
      'is stopped: its containers are dead, and it says nothing more; its Node becomes NotReady after the grace period',
    ),
}
