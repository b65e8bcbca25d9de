import { getText } from '#agent/server/agent-api.ts'
import type { Client } from '#client/client.ts'
import { createHttpClient, type Transport } from '#client/http-client.ts'
import { httpsTransport } from '#client/https-client.ts'
import { unixTransport } from '#client/unix-client.ts'
import { type ClusterConfig, leaves } from '#cluster/config.ts'
import { ExplainError } from '#explain/ask/explain-error.ts'
import type { ClusterFacts } from '#explain/cluster/facts.ts'
import { explain as explainPath } from '#explain/explain.ts'
import type { Answer } from '#explain/trace/answer.ts'
import type { Live } from '#explain/trace/live.ts'
import type { Question } from '#explain/trace/question.ts'
import type { Trace } from '#explain/trace/trace.ts'
import { printLive } from '#explain/words/live.ts'
import { print } from '#explain/words/print.ts'
import { refusalText } from '#explain/words/refusal.ts'
import { AGENT_NAMESPACE } from '#facts/agents/agent-pods.ts'
import { hearKernels } from '#facts/agents/hear-kernels.ts'
import { gatherApiFacts } from '#facts/api/api-facts.ts'
import { withLastWords } from '#facts/api/last-words.ts'
import { probeTrace, senderNetwork } from '#facts/live/live.ts'
import { gatherFacts } from '#facts/local/local-facts.ts'
import { formatCidr, parseCidr } from '#net/cidr.ts'
import { CliError, endingWith } from '../cli-error.ts'
import { apiRefusal } from '../clusters/api-refusal.ts'
import { type ExplainTarget, explainTarget } from '../clusters/explain-target.ts'
import { silentCluster } from '../clusters/known-cluster.ts'
import { type Command, type Invocation, outputFlag } from '../command.ts'
import { statusOf, statusOfError } from '../explain-status.ts'

const SILENCE_MS = 10_000
const PROTOCOLS = { tcp: 'TCP', udp: 'UDP', sctp: 'SCTP' } as const
const FAMILIES = { '4': 'IPv4', '6': 'IPv6' } as const

export const explain: Command = {
  name: 'explain',
  summary: 'walk a packet, in words: who gets it, and if nobody does, why and what mends it',
  description: `Walks the first packet of a new connection from its source to a Service, a pod, a node or an address, hop by hop, by the very rules that the
kernel has. Where it is not answered, names the reason and the cure. Of a cluster that is not of this machine it reads the API, and asks Fairlead's agents on the way, where there are any, what their kernels hold.
Exit status 0: reachable. 1: not, or not always; or kernel and model disagree (--live). 2: the question cannot be asked, as there is no such
source or destination. 3: it could not be found out: the API does not answer, or nobody can see what decides.
Where no kernel could be asked, REACHABLE says so: it is what the rules should do.`,
  flags: {
    name: {
      value: 'NAME',
      help: 'a cluster of this machine; else the one of the kubeconfig that is named, else fairlead',
    },
    kubeconfig: {
      value: 'FILE',
      help: 'the cluster of this kubeconfig, by its API alone where it is none of this machine; else $KUBECONFIG',
    },
    context: { value: 'CONTEXT', help: 'a context of it; else its current one' },
    from: {
      value: 'SOURCE',
      help: 'who sends: pod/NAME, pod/NAMESPACE/NAME, deploy/NAME or svc/NAME (one of its pods), node/NAME, host (if it is left out), or an address',
    },
    to: {
      value: 'DESTINATION',
      help: 'svc/NAME[:PORT], svc/NAMESPACE/NAME[:PORT], pod/NAME:PORT, node/NAME:PORT, IP:PORT, [IPV6]:PORT, a DNS name[:PORT], or a URL',
    },
    method: { value: 'METHOD', help: 'of a URL that a gateway is asked for; else GET' },
    header: {
      value: 'LINE',
      short: 'H',
      repeats: true,
      help: "a header of such a request, 'name: value'; as often as needed",
    },
    host: { value: 'HOST', help: 'the name that such a URL is asked for, by TLS and by HTTP, where it has an address' },
    gateway: {
      value: 'NAMESPACE/NAME',
      help: 'the Gateway that is meant, where several serve the name; or the class of Ingresses',
    },
    proto: { value: 'PROTOCOL', choices: ['tcp', 'udp', 'sctp'], help: 'the Service’s own, else tcp' },
    family: { value: 'FAMILY', choices: ['4', '6'], help: 'IPv4 or IPv6; else the Service’s first' },
    namespace: {
      value: 'NAMESPACE',
      short: 'n',
      help: 'of names that tell none; else that of kubectl’s context; else default for --from, the sender’s own for --to',
    },
    live: { help: 'send real probes too, and say whether kernel and model agree' },
    'service-cidr': { value: 'CIDRS', help: 'of a cluster known by its API alone, where that tells no ServiceCIDR' },
    'agents-in': { value: 'NAMESPACE', help: 'where the agents of such a cluster are; else fairlead-system' },
    'cluster-domain': { value: 'DOMAIN', help: 'of such a cluster’s DNS; else cluster.local' },
    output: outputFlag,
  },
  examples: [
    'fairlead explain --from pod/client --to svc/myapp-service',
    'fairlead explain --from host --to 172.30.0.2:30008',
    'fairlead explain --from pod/client --to myapp-service.default.svc.cluster.local:80 --live',
    'fairlead explain --from node/node-1 --to svc/dns:53 --proto udp --family 6 -o json',
    'fairlead explain --from host --to https://shop.test/cart',
    "fairlead explain --from pod/client --to http://172.30.255.1/cart --host shop.test --header 'x-canary: yes'",
    'fairlead explain --kubeconfig prod.yaml --from pod/shop/client --to svc/cart',
  ],
  async run(invocation) {
    try {
      return await answer(invocation)
    } catch (error) {
      throw endingWith(error instanceof ExplainError ? told(error) : error, statusOfError(error))
    }
  },
}

const json = (answer: Answer): string => `${JSON.stringify(answer)}\n`

/** A question that cannot be walked, in words. */
const told = (cause: ExplainError): CliError => {
  const { message, hint } = refusalText(cause.refusal)
  return new CliError(cause.code, message, { hint, cause })
}

async function answer({ flags, switches, lists, io }: Invocation): Promise<number> {
  if (flags.to === undefined)
    throw new CliError('USAGE', 'explain: --to is missing', {
      hint: 'fairlead explain --from pod/client --to svc/web',
    })
  const { name, kubeconfig, context } = flags
  const target = explainTarget({ name, kubeconfig, context }, io.environment)
  const namespace = flags.namespace ?? (target.namespace || undefined)
  const question: Question = {
    from: flags.from ?? 'host',
    to: flags.to,
    ...(namespace !== undefined && { namespace }),
    ...(flags.proto !== undefined && { protocol: PROTOCOLS[flags.proto as keyof typeof PROTOCOLS] }),
    ...(flags.family !== undefined && { family: FAMILIES[flags.family as keyof typeof FAMILIES] }),
    ...requestOf(flags.to, flags, lists.header ?? []),
  }
  if (target.kind === 'api') {
    const trace = await explainByApi(target, flags, switches.live === true, question)
    io.out(flags.output === 'json' ? json({ ...trace, text: print(trace) }) : print(trace))
    return statusOf(trace.verdict, undefined)
  }
  const { config } = target
  // One that stands still would be waited for for ever; one that says no is asked all the same.
  await getText(config.sockets.api, '/readyz', SILENCE_MS).catch((error: Error) => {
    if ((error as { readonly code?: unknown }).code === 'ETIMEDOUT') throw silentCluster(config, error)
  })
  const transport = unixTransport(config.sockets.api)
  const client = createHttpClient(transport)
  try {
    const facts = await gatherFacts(client, config)
    const walk = (known: ClusterFacts): Trace => explainPath(known, question, target.flags)
    // Who keeps the Services here may have agents of ours, as on any other cluster.
    const first = walk(facts)
    const heard = leaves(config, 'proxy') ? await withKernels(client, transport, flags, facts, first, walk) : first
    const trace = await withLastWords(heard, transport)
    const live = switches.live ? await probe(config, facts, trace) : undefined
    const text = print(trace) + (switches.live ? printLive(live, trace) : '')
    io.out(flags.output === 'json' ? json({ ...trace, text, ...(live && { live }) }) : text)
    return statusOf(trace.verdict, live?.accord)
  } catch (error) {
    throw (error as { readonly code?: unknown }).code === 'API_UNREACHABLE' ? silentCluster(config, error) : error
  } finally {
    client.close()
  }
}

/** What a request of HTTP says besides its URL. Throws CliError. */
const requestOf = (
  to: string,
  { method, host, gateway }: Invocation['flags'],
  headers: readonly string[],
): Pick<Question, 'method' | 'headers' | 'host' | 'gateway'> => {
  const said = Object.entries({ method, host, gateway, header: headers[0] }).find(([, value]) => value !== undefined)
  if (said !== undefined && !/^(?:https?|wss?):\/\//i.test(to))
    throw new CliError('USAGE', `explain: --${said[0]} is of a request by HTTP, and --to ${to} is no URL`, {
      hint: 'write --to http://NAME/PATH, or leave it out',
    })
  const malformed = headers.find((line) => !/^[!#$%&'*+.^`|~\w-]+\s*:/.test(line))
  if (malformed !== undefined)
    throw new CliError('USAGE', `explain: --header ${malformed} is no header`, { hint: "write --header 'name: value'" })
  return {
    ...(method !== undefined && { method: method.toUpperCase() }),
    ...(headers.length > 0 && { headers }),
    ...(host !== undefined && { host }),
    ...(gateway !== undefined && { gateway }),
  }
}

/** Real packets, from where the sender is. */
const probe = (config: ClusterConfig, facts: ClusterFacts, trace: Trace): Promise<Live | undefined> => {
  const { protocol, question, source } = trace
  if (protocol === 'SCTP')
    throw new CliError('USAGE', 'explain: --live sends TCP and UDP; this kernel may have no SCTP sockets')
  const namespace = senderNetwork(config, facts, source.sender)
  if (namespace === undefined)
    throw new CliError('USAGE', `explain: --live cannot send from ${question.from}`, {
      hint: 'it sends from a pod that runs, a node, or the host of a local cluster',
    })
  return probeTrace(config, namespace, { ...trace, protocol })
}

/** The same walk by what the kernels hold on the way, where agents of ours are there to tell. */
const withKernels = async (
  client: Client,
  transport: Transport,
  { 'agents-in': namespace = AGENT_NAMESPACE }: Readonly<Record<string, string | undefined>>,
  facts: ClusterFacts,
  first: Trace,
  walk: (known: ClusterFacts) => Trace,
): Promise<Trace> => {
  const told = await hearKernels(client, { transport, namespace }, facts, first)
  return told === undefined ? first : walk({ ...facts, told })
}

/** Of a cluster that is known by its API alone. */
const explainByApi = async (
  { access, context, login, flags: printed }: ExplainTarget & { kind: 'api' },
  flags: Readonly<Record<string, string | undefined>>,
  live: boolean,
  question: Question,
): Promise<Trace> => {
  if (live)
    throw new CliError(
      'USAGE',
      `explain: --live sends from the namespaces of this machine, and context ${context} is no cluster of it`,
      {
        hint: 'leave --live out: the walk by the API alone says what should happen',
      },
    )
  const transport = impatient(httpsTransport(access))
  const client = createHttpClient(transport)
  const cidrs = flags['service-cidr']?.split(',').map((text) => cidrText(text.trim()))
  try {
    const facts = await gatherApiFacts(client, {
      server: access.server,
      ...(cidrs !== undefined && { serviceCidrs: cidrs }),
      clusterDomain: flags['cluster-domain'] ?? 'cluster.local',
    })
    const walk = (known: ClusterFacts): Trace => explainPath(known, question, printed)
    return await withLastWords(await withKernels(client, transport, flags, facts, walk(facts), walk), transport)
  } catch (error) {
    throw apiRefusal(error, access.server, context, login)
  } finally {
    client.close()
  }
}

/**
 * A server that does not answer, or a network that drops what is sent to it, is told of after ten seconds without a
 * byte.
 */
const impatient = (transport: Transport): Transport => ({
  ...transport,
  open(options, onResponse) {
    const request = transport.open(options, onResponse)
    const give = (): unknown => request.destroy(new Error(`no answer in ${SILENCE_MS / 1000} s`))
    // The socket's own clock starts when TLS stands.
    const timer = setTimeout(give, SILENCE_MS)
    request.on('response', () => clearTimeout(timer)).on('close', () => clearTimeout(timer))
    return request.setTimeout(SILENCE_MS, give)
  },
})

const cidrText = (text: string): string => {
  try {
    return formatCidr(parseCidr(text))
  } catch (cause) {
    throw new CliError('USAGE', `explain: --service-cidr: ${(cause as Error).message}`, { hint: '10.96.0.0/12', cause })
  }
}
