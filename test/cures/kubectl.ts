import { deployments } from '#api/apps/deployment/resource.ts'
import { replicaSets } from '#api/apps/replicaset/resource.ts'
import { statefulSets } from '#api/apps/statefulset/resource.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import { nodes } from '#api/core/node/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { secrets } from '#api/core/secret/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import { gateways } from '#api/gatewayapi/gateway/resource.ts'
import { httpRoutes } from '#api/gatewayapi/httproute/resource.ts'
import { listenerSets } from '#api/gatewayapi/listenerset/resource.ts'
import { referenceGrants } from '#api/gatewayapi/referencegrant/resource.ts'
import { ingresses } from '#api/networking/ingress/resource.ts'
import { networkPolicies } from '#api/networking/networkpolicy/resource.ts'
import { clusterNetworkPolicies } from '#api/policynetworking/clusternetworkpolicy/resource.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import type { Client, PatchType, WriteOptions } from '#client/client.ts'
import { testCertificate } from '../kernel/gateway/test-certificate.ts'

/* The commands that explain prints, done to an API as kubectl does them. What is not one of them is refused. */

const KINDS: Readonly<Record<string, Resource<never>>> = {
  deployment: deployments,
  endpointslice: endpointSlices,
  gateway: gateways,
  listenerset: listenerSets,
  httproute: httpRoutes,
  ingress: ingresses,
  referencegrant: referenceGrants,
  clusternetworkpolicy: clusterNetworkPolicies,
  namespace: namespaces,
  networkpolicy: networkPolicies,
  node: nodes,
  pod: pods,
  replicaset: replicaSets,
  service: services,
  statefulset: statefulSets,
} as never

/** The words of a command as a POSIX shell reads them: plain, and in single quotes. */
function shellWords(command: string): readonly string[] {
  const words: string[] = []
  let word: string | undefined
  for (const [, quoted, escaped, space, plain] of command.matchAll(/'([^']*)'|\\(.)|(\s+)|([^'\\\s]+)/g)) {
    if (space === undefined) word = (word ?? '') + (quoted ?? escaped ?? plain ?? '')
    else if (word !== undefined) {
      words.push(word)
      word = undefined
    }
  }
  return word === undefined ? words : [...words, word]
}

const WITH_VALUE = new Set([
  '-n',
  '-p',
  '-c',
  '--type',
  '--subresource',
  '--from',
  '--to',
  '--proto',
  '--family',
  '--namespace',
  '--method',
  '--host',
  '--gateway',
])

/** Flags and the words between them; a switch is ''. */
export function parseCommand(command: string): {
  readonly words: readonly string[]
  readonly flags: Readonly<Record<string, string>>
  /** Each `--header`. */
  readonly headers: readonly string[]
} {
  const headers: string[] = []
  const words: string[] = []
  const flags: Record<string, string> = {}
  const all = [...shellWords(command)]
  for (let word = all.shift(); word !== undefined; word = all.shift()) {
    const [, name, value] = /^(--[\w-]+)=(.*)$/.exec(word) ?? []
    if (name !== undefined) flags[name] = value as string
    else if (word === '--header') headers.push(all.shift() ?? '')
    else if (WITH_VALUE.has(word)) flags[word] = all.shift() ?? ''
    else if (word.startsWith('--')) flags[word] = ''
    else words.push(word)
  }
  return { words, flags, headers }
}

/** `kubectl apply -f -` of one object that is written to it. */
async function applied(client: Client, written: string, command: string): Promise<void> {
  if (command !== 'kubectl apply -f -') throw new Error(`what reads that? ${command}`)
  const object = JSON.parse(written) as ApiObject
  const { namespace, name = '' } = object.metadata ?? {}
  const resource = KINDS[(object.kind ?? '').toLowerCase()] as Resource<ApiObject> | undefined
  if (resource === undefined) throw new Error(`of which kind is ${object.kind}?`)
  const where = namespace === undefined ? {} : { namespace }
  const { items } = await client.list(resource, where)
  if (items.some(({ metadata }) => metadata?.name === name)) await client.patch(resource, name, 'merge', object, where)
  else await client.create(resource, object, where)
}

/** What `kubectl create secret tls` reads from files: a certificate for the host that all ask. */
const tlsData = () => {
  const { chain, key } = testCertificate(['shop.test'])
  return { type: 'kubernetes.io/tls', data: { 'tls.crt': btoa(chain), 'tls.key': btoa(key) } }
}

/** Does what a printed `kubectl` command does. Throws where it is none that is known here, or the server refuses. */
export async function kubectl(client: Client, command: string): Promise<void> {
  const [, written, behind] = /^echo ('(?:[^']|'\\'')*') \| (.*)$/.exec(command) ?? []
  if (written !== undefined && behind !== undefined) return applied(client, shellWords(written)[0] ?? '', behind)
  const { words, flags } = parseCommand(command)
  const [program, verb = '', kind = '', name = '', ...more] = words
  if (program !== 'kubectl') throw new Error(`no kubectl command: ${command}`)
  const namespace = flags['-n'] === undefined ? {} : { namespace: flags['-n'] }
  const change = async (word: string, target: string, type: PatchType, body: unknown, options: WriteOptions = {}) => {
    const resource = KINDS[word]
    if (resource === undefined) throw new Error(`of which kind is ${word}? ${command}`)
    await client.patch(resource, target, type, body, { ...namespace, ...options })
  }
  const [, slashKind = '', slashName = ''] = /^([^/]+)\/(.+)$/.exec(name) ?? []
  switch (verb) {
    case 'patch': {
      const subresource = flags['--subresource'] as 'status' | undefined
      const type = (flags['--type'] ?? 'strategic') as PatchType
      return change(kind, name, type, JSON.parse(flags['-p'] ?? ''), subresource && { subresource })
    }
    case 'label': {
      const pairs = more.map((pair) => (pair.endsWith('-') ? [pair.slice(0, -1), null] : pair.split('=')))
      return change(kind, name, 'merge', { metadata: { labels: Object.fromEntries(pairs) } })
    }
    case 'scale':
      return change(kind, name, 'merge', { spec: { replicas: Number(flags['--replicas']) } })
    case 'uncordon':
      return change('node', kind, 'merge', { spec: { unschedulable: null } })
    case 'taint': {
      const [, key, effect] = /^([^:]+):(.+)-$/.exec(more[0] ?? '') ?? []
      const { spec } = await client.get(nodes, name)
      const taints = (spec?.taints ?? []).filter((one) => one.key !== key || one.effect !== effect)
      if (taints.length === (spec?.taints ?? []).length) throw new Error(`${name} has no such taint: ${command}`)
      return change(kind, name, 'merge', { spec: { taints } })
    }
    case 'set': {
      const containers =
        kind === 'image'
          ? more.map((pair) => ({ name: pair.split('=')[0], image: pair.split('=')[1] }))
          : [
              {
                name: flags['-c'],
                resources: { requests: Object.fromEntries([(flags['--requests'] ?? '').split('=')]) },
              },
            ]
      const spec = { containers }
      return change(slashKind, slashName, 'strategic', { spec: slashKind === 'pod' ? spec : { template: { spec } } })
    }
    case 'create': {
      const [resource, made] = kind === 'configmap' ? [configMaps, name] : [secrets, more[0]]
      const tls = name === 'tls' && flags['--cert'] && flags['--key'] ? tlsData() : {}
      await client.create(resource as Resource<ApiObject>, { metadata: { name: made }, ...tls } as ApiObject, namespace)
      return
    }
    case 'delete':
      await client.delete(KINDS[kind] as Resource<never>, name, namespace)
      return
    default:
      throw new Error(`what does it do? ${command}`)
  }
}
