import { readClaim } from '#cluster/claims/claim.ts'
import { stop as stopCluster } from '#cluster/up/stop.ts'
import { knownCluster, needsRoot, unknownCluster } from '../clusters/known-cluster.ts'
import { type Command, nameArgument, nameFlag, quietFlag } from '../command.ts'
import { takeInterrupts } from '../interrupt.ts'

export const stop: Command = {
  name: 'stop',
  summary: 'end a cluster’s processes and keep its state',
  description: `Ends its processes and containers, as where the power fails, and removes its namespaces, links, routes and rules. Its objects,
addresses, certificates and kubeconfig entry stay, and what its containers wrote; \`fairlead up\` brings it back as it was.
Takes the cluster of that name, wherever its state lies; kubectl’s context does not choose it.`,
  argument: nameArgument,
  flags: { name: nameFlag, quiet: quietFlag },
  examples: ['fairlead stop', 'fairlead stop ci'],
  async run({ flags, switches, io }) {
    const started = performance.now()
    const name = flags.name!
    // Half a cluster is of no use to anybody: it goes on to the end, which is near.
    using _interrupts = takeInterrupts()
    if (process.getuid!() !== 0) throw readClaim(name) === undefined ? unknownCluster(name) : needsRoot(name)
    const fault = await stopCluster(name)
    if (fault === undefined) throw nothingToStop(name)
    if (fault !== '') {
      io.err(`cluster ${name} is stopped, but cannot be brought back: ${fault}; clean it up: fairlead down ${name}\n`)
      return 1
    }
    if (!switches.quiet)
      io.err(
        `cluster ${name} is stopped (${Math.round(performance.now() - started)} ms); start it again: fairlead up ${name}\n`,
      )
    return 0
  },
}

/** Of a name that nobody has, and of one whose state cannot be read. */
const nothingToStop = (name: string): unknown => {
  try {
    knownCluster(name)
  } catch (error) {
    return error
  }
  return unknownCluster(name)
}
