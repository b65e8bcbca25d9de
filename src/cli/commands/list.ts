import { findProcesses } from '#cluster/processes.ts'
import { clusterStateDir, listClusters } from '#cluster/state.ts'
import { type Command, outputFlag } from '../command.ts'
import { table } from '../table.ts'

/** Running; degraded: a process is dead, and its supervisor starts it again; dead: nothing is left that would. */
const stateOf = (name: string): 'running' | 'degraded' | 'dead' => {
  const roles = new Set(findProcesses(clusterStateDir(name)).map(({ role }) => role))
  return roles.size === 0 ? 'dead' : roles.has('control-plane') && roles.has('agent-host') ? 'running' : 'degraded'
}

export const list: Command = {
  name: 'list',
  summary: 'the clusters of this machine',
  description: 'A cluster whose processes are dead is shown so; `fairlead down` cleans it up.',
  flags: { output: outputFlag },
  examples: ['fairlead list', 'fairlead list -o json'],
  async run({ flags, io }) {
    const clusters = listClusters().map(({ name, config }) => ({
      name,
      state: stateOf(name),
      nodes: config?.nodes.length ?? 0,
      server: config ? `https://127.0.0.1:${config.apiServer.hostPort}` : '',
      clusterCidr: config?.clusterCidr ?? [],
      serviceCidr: config?.serviceCidr ?? [],
    }))
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
