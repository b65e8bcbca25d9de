import { findClaim } from '#cluster/processes/lost-claims.ts'
import { stopRegistry } from '#cluster/registry/registry.ts'
import { CliError } from '../../cli-error.ts'
import { knownCluster, needsRoot } from '../../clusters/known-cluster.ts'
import { type Command, nameArgument, nameFlag, quietFlag } from '../../command.ts'

export const stop: Command = {
  name: 'registry stop',
  summary: 'end it; what was pushed is kept',
  description: `What was pushed is there again with the next start, and goes with the cluster.`,
  argument: nameArgument,
  flags: { name: nameFlag, quiet: quietFlag },
  examples: ['fairlead registry stop', 'fairlead registry stop ci'],
  async run({ flags, switches, io }) {
    const config = knownCluster(flags.name!)
    if (process.getuid!() !== 0) throw needsRoot(config.name)
    const found = await stopRegistry(config, findClaim(config.name)?.token ?? `${config.name}/`)
    if (!found)
      throw new CliError('REGISTRY_UNKNOWN', `cluster ${config.name} has no registry`, {
        hint: `start one: fairlead registry start ${config.name}`,
      })
    if (!switches.quiet) io.err(`the registry of cluster ${config.name} has ended\n`)
    return 0
  },
}
