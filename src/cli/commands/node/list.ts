import { chosenCluster } from '../../clusters/chosen-cluster.ts'
import { knownCluster, needsRoot } from '../../clusters/known-cluster.ts'
import { type Command, nameArgument, outputFlag, shownNameFlag } from '../../command.ts'
import { nodeRows } from '../../nodes/node-rows.ts'
import { table } from '../../table.ts'

export const list: Command = {
  name: 'node list',
  summary: 'the nodes of a cluster, and whether they are up',
  description: `Every node with its state (up, stopped, paused), whether it is Ready, its addresses and ranges, and how many pods it has; also of a
cluster that does not run, as far as it is known then.`,
  argument: nameArgument,
  flags: { name: shownNameFlag, output: outputFlag },
  examples: ['fairlead node list', 'fairlead node list ci -o json'],
  async run({ flags, io }) {
    const config = knownCluster(chosenCluster(flags.name, io.environment))
    if (process.getuid!() !== 0) throw needsRoot(config.name)
    const rows = await nodeRows(config)
    if (flags.output === 'json') io.out(`${JSON.stringify(rows)}\n`)
    else
      io.out(
        table(
          ['NODE', 'STATE', 'READY', 'ADDRESSES', 'POD RANGES', 'ZONE', 'PODS'],
          rows.map(({ name, state, ready, addresses, podCidrs, zone, pods }) => [
            name,
            state,
            ready === undefined ? '?' : ready ? 'yes' : 'no',
            addresses.join(','),
            podCidrs.join(','),
            zone ?? '',
            pods === undefined ? '?' : String(pods),
          ]),
        ),
      )
    return 0
  },
}
