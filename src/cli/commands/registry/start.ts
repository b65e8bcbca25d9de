import { findClaim } from '#cluster/processes/lost-claims.ts'
import { isRunning } from '#cluster/processes/processes.ts'
import { startRegistry } from '#cluster/registry/registry.ts'
import { CliError } from '../../cli-error.ts'
import { knownCluster, needsRoot, silentCluster } from '../../clusters/known-cluster.ts'
import { type Command, nameArgument, nameFlag, quietFlag } from '../../command.ts'

export const start: Command = {
  name: 'registry start',
  summary: 'start it, on this machine’s loopback and in the cluster’s network',
  description: `Debian's docker-registry, for as long as the cluster runs, without a login. A pod names what was pushed by the address that it was
pushed to; from 127.0.0.1 the nodes fetch it too. What was pushed goes with the cluster.`,
  argument: nameArgument,
  flags: { name: nameFlag, port: { value: 'PORT', default: '5000', help: 'where it listens' }, quiet: quietFlag },
  examples: ['fairlead registry start', 'fairlead registry start ci --port 5001'],
  async run({ flags, switches, io }) {
    const port = Number(flags.port)
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      throw new CliError('USAGE', `registry start: --port is '${flags.port}', but must be a number from 1 to 65535`)
    const config = knownCluster(flags.name!)
    if (process.getuid!() !== 0) throw needsRoot(config.name)
    const claim = findClaim(config.name)
    if (claim === undefined || !isRunning(claim)) throw silentCluster(config, undefined)
    const addresses = await startRegistry(config, claim.token, port)
    if (!switches.quiet)
      io.out(`push to ${addresses.join(' or ')}, and name it so in a pod:
  docker tag app:1 ${addresses[0]}/app:1 && docker push ${addresses[0]}/app:1
  skopeo copy --dest-tls-verify=false docker-archive:app.tar docker://${addresses[0]}/app:1
`)
    return 0
  },
}
