import { createUnixClient } from '#client/unix-client.ts'
import { explain as explainPath } from '#explain/explain.ts'
import type { Question } from '#explain/explanation.ts'
import { print } from '#explain/print.ts'
import { CliError } from '../cli-error.ts'
import { gatherFacts } from '../cluster-facts.ts'
import { type Command, nameFlag, outputFlag } from '../command.ts'
import { explainLive, liveText } from '../explain-live.ts'
import { knownCluster } from '../known-cluster.ts'

const PROTOCOLS = { tcp: 'TCP', udp: 'UDP', sctp: 'SCTP' } as const
const FAMILIES = { '4': 'IPv4', '6': 'IPv6' } as const

export const explain: Command = {
  name: 'explain',
  summary: 'walk a packet, in words: who gets it, and if nobody does, why and what mends it',
  description: `Walks the first packet of a new connection from its source to a Service, a pod, a node or an address, hop by hop, by the very rules that the
kernel has. Where it is not answered, names the reason and the cure. Exit status 0 where it is reachable, 1 where it is not (or not always).`,
  flags: {
    name: nameFlag,
    from: {
      value: 'SOURCE',
      default: 'host',
      help: 'who sends: pod/NAME, pod/NAMESPACE/NAME, node/NAME, host, or an address',
    },
    to: {
      value: 'DESTINATION',
      help: 'svc/NAME[:PORT], svc/NAMESPACE/NAME[:PORT], pod/NAME:PORT, node/NAME:PORT, IP:PORT, [IPV6]:PORT, or a DNS name[:PORT]',
    },
    proto: { value: 'PROTOCOL', choices: ['tcp', 'udp', 'sctp'], help: 'the Service’s own, else tcp' },
    family: { value: 'FAMILY', choices: ['4', '6'], help: 'IPv4 or IPv6; else the Service’s first' },
    namespace: { value: 'NAMESPACE', short: 'n', default: 'default', help: 'of names that tell none' },
    live: { help: 'send real probes too, and say whether kernel and model agree' },
    output: outputFlag,
  },
  examples: [
    'fairlead explain --from pod/client --to svc/myapp-service',
    'fairlead explain --from host --to 172.30.0.2:30008',
    'fairlead explain --from pod/client --to myapp-service.default.svc.cluster.local:80 --live',
    'fairlead explain --from node/node-1 --to svc/dns:53 --proto udp --family 6 -o json',
  ],
  async run({ flags, switches, io }) {
    if (flags.to === undefined)
      throw new CliError('USAGE', 'explain: --to is missing', {
        hint: 'fairlead explain --from pod/client --to svc/web',
      })
    const config = knownCluster(flags.name!)
    const question: Question = {
      from: flags.from!,
      to: flags.to,
      namespace: flags.namespace!,
      ...(flags.proto !== undefined && { protocol: PROTOCOLS[flags.proto as keyof typeof PROTOCOLS] }),
      ...(flags.family !== undefined && { family: FAMILIES[flags.family as keyof typeof FAMILIES] }),
      ...(config.name !== 'fairlead' && { cluster: config.name }),
    }
    const client = createUnixClient(config.sockets.api)
    try {
      const facts = await gatherFacts(client, config)
      const explanation = explainPath(facts, question)
      const live = switches.live ? await explainLive(config, facts, explanation) : undefined
      if (flags.output === 'json') io.out(`${JSON.stringify({ ...explanation, ...(live && { live }) })}\n`)
      else io.out(print(explanation) + (switches.live ? liveText(live) : ''))
      return explanation.reachable && live?.agrees !== false ? 0 : 1
    } finally {
      client.close()
    }
  },
}
