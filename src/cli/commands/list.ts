import { isHeld } from '#cluster/claim.ts'
import { findProcesses } from '#cluster/processes.ts'
import { type KnownCluster, listClusters } from '#cluster/state.ts'
import { type Command, outputFlag } from '../command.ts'
import { table } from '../table.ts'

/**
 * Running; degraded: a process is dead, and its supervisor starts it again; dead: nothing is left that would.
 */
const stateOf = ({ claim }: KnownCluster): 'running' | 'degraded' | 'dead' => {
  if (claim === undefined || !isHeld(claim)) return 'dead'
  const roles = new Set(findProcesses(claim).map(({ role }) => role))
  return roles.has('control-plane') && roles.has('agent-host') ? 'running' : 'degraded'
}

export const list: Command = {
  name: 'list',
  summary: 'the clusters of this machine',
  description: `Every cluster of the machine, wherever its state lies; needs no rights. A cluster whose processes are dead is shown so;
\`fairlead down\` cleans it up.`,
  flags: { output: outputFlag },
  examples: ['fairlead list', 'fairlead list -o json'],
  async run({ flags, io }) {
    const clusters = listClusters().map((one) => {
      const { name, claim, config } = one
      const port = config?.apiServer.hostPort ?? claim?.hostPort
      return {
        name,
        state: stateOf(one),
        nodes: config?.nodes.length ?? claim?.nodes ?? 0,
        server: port === undefined ? '' : `https://127.0.0.1:${port}`,
        clusterCidr: config?.clusterCidr ?? claim?.clusterCidr ?? [],
        serviceCidr: config?.serviceCidr ?? claim?.serviceCidr ?? [],
      }
    })
    if (flags.output === 'json') io.out(`${JSON.stringify(clusters)}\n`)
    else if (clusters.length === 0) io.err('no clusters; start one with: fairlead up\n')
    else
      io.out(
        table(
          ['NAME', 'STATE', 'NODES', 'SERVER', 'PODS', 'SERVICES'],
          clusters.map(({ name, state, nodes, server, clusterCidr, serviceCidr }) => [
            name,
            state,
            String(nodes),
            server,
            clusterCidr.join(','),
            serviceCidr.join(','),
          ]),
        ),
      )
    return 0
  },
}
