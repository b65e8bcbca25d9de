import { createHttpClient } from '#client/http-client.ts'
import { httpsTransport } from '#client/https-client.ts'
import { unixTransport } from '#client/unix-client.ts'
import { leaves } from '#cluster/config.ts'
import { policyMatrix } from '#explain/policies/matrix.ts'
import { PolicyView } from '#explain/policies/policy-view.ts'
import { canProbe, probeMatrix } from '#facts/live/probe-matrix.ts'
import { gatherPolicyFacts } from '#facts/policy-facts.ts'
import { CliError } from '../../cli-error.ts'
import { explainTarget } from '../../clusters/explain-target.ts'
import { type Command, type Invocation, outputFlag } from '../../command.ts'
import { clusterFlags } from '../../policies/cluster-flags.ts'
import { matrixText } from '../../policies/matrix-text.ts'
import { answered, apiTrouble, noSuchNamespace } from '../../policies/trouble.ts'
import { tellWhoseTheyAre } from '../../policies/whose-policies.ts'

const PROTOCOLS = { tcp: 'TCP', udp: 'UDP', sctp: 'SCTP' } as const
const FAMILIES = { '4': 'IPv4', '6': 'IPv6' } as const
const MOST_PORT = 65535

export const matrix: Command = {
  name: 'policy matrix',
  summary: 'who may begin a connection with whom, by the policies of a cluster',
  description: `Prints, for each group of pods and each other, whether NetworkPolicies and ClusterNetworkPolicies let a connection begin: yes, no, or
the ports at which it may. It is asked at the ports that the pods declare, at 80 where they declare none, or at --port. Pods of one Deployment that
policies treat alike are one group, called by its name; else each lot is called by its first pod. Below stands which policies isolate whom. With --probe each connection is begun for real as well, from inside the sender's network (of a cluster of this
machine): where that is not what the policies say, the cell has a "!", and what was met stands below.
Exit status 0: told; with --probe, everything was as it should be. 1: something was not. 2: the question cannot be asked,
as there is no such namespace. 3: it could not be found out.`,
  flags: {
    ...clusterFlags,
    namespace: { value: 'NAMESPACE', short: 'n', help: 'pods of that namespace alone; else of all' },
    port: { value: 'PORT', help: 'ask at this port of everybody' },
    proto: { value: 'PROTOCOL', choices: ['tcp', 'udp', 'sctp'], default: 'tcp', help: 'tcp, udp or sctp' },
    family: { value: 'FAMILY', choices: ['4', '6'], default: '4', help: 'the pods’ addresses of IPv4 or of IPv6' },
    probe: { help: 'begin each connection for real too, and mark what differs' },
    output: outputFlag,
  },
  examples: [
    'fairlead policy matrix',
    'fairlead policy matrix -n shop --probe',
    'fairlead policy matrix -n shop --port 5432 -o json',
  ],
  run: (invocation) => answered(() => asked(invocation)),
}

const asked = async ({ flags, switches, io }: Invocation): Promise<number> => {
  const { name, kubeconfig, context, namespace } = flags
  const port = flags.port === undefined ? undefined : portOf(flags.port)
  const target = explainTarget({ name, kubeconfig, context }, io.environment)
  const protocol = PROTOCOLS[flags.proto as keyof typeof PROTOCOLS]
  const family = FAMILIES[flags.family as keyof typeof FAMILIES]
  if (switches.probe && target.kind === 'api')
    throw new CliError(
      'USAGE',
      `policy matrix: --probe sends from the namespaces of this machine, and context ${target.context} is no cluster of it`,
      {
        hint: 'leave --probe out: the model says what should be',
      },
    )
  if (switches.probe && !canProbe(protocol))
    throw new CliError(
      'USAGE',
      `policy matrix: --probe --proto ${flags.proto}: this kernel has no sockets of ${protocol}`,
      {
        hint: `leave --probe out: the model says what should be; or load its module: modprobe ${flags.proto}`,
      },
    )
  const client = createHttpClient(
    target.kind === 'api' ? httpsTransport(target.access) : unixTransport(target.config.sockets.api),
  )
  try {
    const dnsOnNodes = target.kind === 'local' && !leaves(target.config, 'dns')
    const facts = await gatherPolicyFacts(client, dnsOnNodes)
    const namespaces = facts.namespaces.map(({ metadata }) => metadata?.name ?? '')
    if (namespace !== undefined && !namespaces.includes(namespace)) throw noSuchNamespace(namespace, namespaces)
    tellWhoseTheyAre(target, io)
    const found = policyMatrix(new PolicyView(facts), { namespace, protocol, family, port })
    const probed =
      switches.probe && target.kind === 'local' ? await probeMatrix(target.config, facts, found) : undefined
    const { differing, text } = matrixText(found, namespace, probed)
    if (flags.output === 'json') {
      const answers = new Map(probed?.map((one) => [one.cell, one]))
      const cells = found.cells.map((cell) => {
        const met = answers.get(cell)
        return met === undefined
          ? cell
          : {
              ...cell,
              probe: met.answer,
              differs: differing.includes(met),
              ...(met.lost && { lost: met.lost }),
            }
      })
      io.out(`${JSON.stringify({ ...found, cells })}\n`)
    } else io.out(text)
    return differing.length === 0 ? 0 : 1
  } catch (error) {
    throw apiTrouble(target, error)
  } finally {
    client.close()
  }
}

const portOf = (text: string): number => {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port < 1 || port > MOST_PORT)
    throw new CliError('USAGE', `policy matrix: --port ${text} is no port`, { hint: 'a number from 1 to 65535' })
  return port
}
