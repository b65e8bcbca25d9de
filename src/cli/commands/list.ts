import { findProcesses } from '#cluster/processes.ts'
import { clusterStateDir, listClusters } from '#cluster/state.ts'
import { type Command, outputFlag } from '../command.ts'
import { table } from '../table.ts'

export const list: Command = {
  name: 'list',
  summary: 'the clusters of this machine',
  description: 'A cluster whose processes are dead is shown so; `fairlead down` cleans it up.',
  flags: { output: outputFlag },
  examples: ['fairlead list', 'fairlead list -o json'],
  async run({ flags, io }) {
    const clusters = listClusters().map(({ name, config }) => ({
      name,
      state: findProcesses(clusterStateDir(name)).some(({ role }) => role !== 'supervisor') ? 'running' : 'dead',
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
