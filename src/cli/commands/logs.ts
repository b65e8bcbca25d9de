import { existsSync, readFileSync } from 'node:fs'
import { logFiles } from '#cluster/log.ts'
import { logPath, type Role } from '#cluster/state.ts'
import { CliError } from '../cli-error.ts'
import { type Command, nameFlag } from '../command.ts'
import { knownCluster } from '../known-cluster.ts'

const ROLES: readonly Role[] = ['control-plane', 'agent-host']

export const logs: Command = {
  name: 'logs',
  summary: 'what the cluster’s own processes say',
  description:
    'The control plane’s and the agents’ lines; with --node those that one node’s agent wrote. Logs of pods: kubectl logs.',
  flags: { name: nameFlag, node: { value: 'NODE', help: 'lines of this node alone' } },
  examples: ['fairlead logs', 'fairlead logs --node node-2'],
  async run({ flags, io }) {
    const config = knownCluster(flags.name!)
    const { node } = flags
    if (node !== undefined && !config.nodes.some(({ name }) => name === node))
      throw new CliError('NODE_UNKNOWN', `cluster ${config.name} has no node ${node}`, {
        hint: `its nodes: ${config.nodes.map(({ name }) => name).join(', ')}`,
      })
    for (const role of ROLES) {
      if (node !== undefined && role === 'control-plane') continue
      for (const path of logFiles(logPath(config.stateDir, role)).filter(existsSync))
        for (const line of readFileSync(path, 'utf8').split('\n'))
          if (line !== '' && (node === undefined || line.includes(` ${node}: `))) io.out(`${role}: ${line}\n`)
    }
    return 0
  },
}
