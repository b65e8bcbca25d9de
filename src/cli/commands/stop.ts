import { readClaim } from '#cluster/claims/claim.ts'
import { listClusters } from '#cluster/claims/known-clusters.ts'
import { lostClaims } from '#cluster/processes/lost-claims.ts'
import { stop as stopCluster } from '#cluster/up/stop.ts'
import { CliError } from '../cli-error.ts'
import { knownCluster, needsRoot, unknownCluster } from '../clusters/known-cluster.ts'
import { type Command, type Flag, nameArgument, quietFlag } from '../command.ts'
import { takeInterrupts } from '../interrupt.ts'

const DEFAULT_NAME = 'fairlead'
const stoppedNameFlag: Flag = { value: 'NAME', help: 'name of the cluster; else fairlead, else the only one' }

export const stop: Command = {
  name: 'stop',
  summary: 'end a cluster’s processes and keep its state',
  description: `Ends its processes and containers, as where the power fails, and removes its namespaces, links, routes and rules. Its objects,
addresses, certificates and kubeconfig entry stay, and what its containers wrote; \`fairlead up\` brings it back as it was.
Takes the cluster of that name, wherever its state lies; without a name \`fairlead\`, or the only one that there is. kubectl’s
context does not choose it.`,
  argument: nameArgument,
  flags: { name: stoppedNameFlag, quiet: quietFlag },
  examples: ['fairlead stop', 'fairlead stop ci'],
  async run({ flags, switches, io }) {
    const started = performance.now()
    const name = flags.name ?? onlyCluster()
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

/** The cluster that is meant where none is named. Throws CliError USAGE where it may be one of several. */
const onlyCluster = (): string => {
  const names = listClusters(lostClaims).map((one) => one.name)
  if (names.includes(DEFAULT_NAME) || names.length === 0) return DEFAULT_NAME
  const [only, ...others] = names
  if (others.length === 0) return only!
  throw new CliError('USAGE', 'stop: which one?', { hint: `fairlead stop NAME, one of: ${names.join(', ')}` })
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
