import { isUnfinished } from '#cluster/claims/claim.ts'
import { isStopped } from '#cluster/claims/kept.ts'
import { type KnownCluster, listClusters } from '#cluster/claims/known-clusters.ts'
import { lostClaims } from '#cluster/processes/lost-claims.ts'
import { findProcesses, isRunning } from '#cluster/processes/processes.ts'
import { ROLES } from '#cluster/role.ts'
import { type Command, outputFlag } from '../command.ts'
import { table } from '../table.ts'

type State = 'starting' | 'running' | 'degraded' | 'unfinished' | 'stopped' | 'dead'

/**
 * Starting: its `up` is at work. Running. Degraded: a process is dead, or a supervisor, which would start it again.
 * Unfinished: its `up` was killed, and what it had begun stands. Stopped: nothing of it runs, and `up` brings it back.
 * Dead: no process is left, though nobody stopped it.
 */
const stateOf = ({ claim, config }: KnownCluster): State => {
  if (claim === undefined || !isRunning(claim)) return isStopped(claim, config) ? 'stopped' : 'dead'
  if (isUnfinished(claim)) return 'unfinished'
  if (claim.finished === undefined) return 'starting'
  const processes = findProcesses(claim)
  const whole = ROLES.every(
    (role) => processes.some((one) => one.role === role) && processes.some(({ supervises }) => supervises === role),
  )
  return whole ? 'running' : 'degraded'
}

export const list: Command = {
  name: 'list',
  summary: 'the clusters of this machine',
  description: `Every cluster of the machine, wherever its state lies; needs no rights. One that was stopped, or whose
machine was restarted, is brought back by \`fairlead up\`. One whose processes are dead, or whose start was cut off, is shown
so (dead, unfinished): \`fairlead down\` cleans it up, and \`up\` brings a dead one back whose objects are on the disk.`,
  flags: { output: outputFlag },
  examples: ['fairlead list', 'fairlead list -o json'],
  async run({ flags, io }) {
    const clusters = listClusters(lostClaims).map((one) => {
      const { name, claim, config } = one
      const port = config?.apiServer.hostPort ?? claim?.hostPort
      return {
        name,
        state: stateOf(one),
        nodes: config?.nodes.length ?? claim?.nodes ?? 0,
        off: (config?.nodes ?? []).flatMap(({ name, state }) => (state === undefined ? [] : [{ name, state }])),
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
          clusters.map(({ name, state, nodes, off, server, clusterCidr, serviceCidr }) => [
            name,
            state,
            `${nodes}${off.length > 0 ? ` (${off.map((node) => `${node.name} ${node.state}`).join(', ')})` : ''}`,
            server,
            clusterCidr.join(','),
            serviceCidr.join(','),
          ]),
        ),
      )
    return 0
  },
}
