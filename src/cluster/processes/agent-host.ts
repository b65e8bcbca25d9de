import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { type NodeAgent, startNodeAgent } from '#agent/node-agent.ts'
import { DnsService } from '#agent/parts/dns/dns-service.ts'
import { feedZone } from '#agent/parts/dns/zone-feed.ts'
import { serveAgentApi } from '#agent/server/agent-server.ts'
import { ServiceFeed } from '#agent/sources/service-feed.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import { events } from '#api/core/event/resource.ts'
import type { Namespace } from '#api/core/namespace/message.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import { nodes } from '#api/core/node/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { secrets } from '#api/core/secret/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import { systemClock } from '#client/clock.ts'
import { EventRecorder } from '#client/event-recorder.ts'
import { Informers } from '#client/informer.ts'
import { createUnixClient } from '#client/unix-client.ts'
import { readNameservers } from '#dns/upstream.ts'
import { cachedStore } from '#kubelet/object-store.ts'
import { Zone } from '#names/zone.ts'
import { createRuncRuntime } from '#runtime/runc/runc-runtime.ts'
import { errorText } from '../error-text.ts'
import { keepLoadBalancer, nodesReady } from '../fabric/load-balancer.ts'
import { NetworkWatch } from '../fabric/network-watch.ts'
import { podNamespace } from '../machines/names.ts'
import { logPath, readConfig, statePaths } from '../state/state.ts'
import { openLog } from './log.ts'
import { clusterAnswers } from './readiness.ts'

// No object is made old at once because some before it lived on: of a load of Services few do, and it would take up to
// twice the memory. On the command line this would cost 50 ms: Node.js compiles its own modules anew where flags differ.
setFlagsFromString('--no-allocation-site-pretenuring')

/** For the agents to say that their nodes are Ready, milliseconds. */
const NODES_TOLD_MS = 10_000

const config = readConfig(process.argv.at(-1)!)
const paths = statePaths(config.stateDir)
const stop = new AbortController()
const logLine = openLog(logPath(config.stateDir, 'agent-host'))
const log = (who: string) => (message: string, error?: unknown) =>
  logLine(`${who}: ${message}${error === undefined ? '' : `: ${errorText(error)}`}`)

// The machines are made by `up`, and the API by the control plane, while this process loads.
while (!existsSync(paths.machines) || !existsSync(config.sockets.api)) await sleep(2)

const client = createUnixClient(config.sockets.api)
const informers = new Informers(client, {
  clock: systemClock,
  random: Math.random,
  signal: stop.signal,
  onError: (error, what) => log('cache')(what, error),
})
const serviceCache = informers.for(services)
const sliceCache = informers.for(endpointSlices)
const podCache = informers.for(pods)
const feed = new ServiceFeed(serviceCache, sliceCache)
const zone = new Zone(config.clusterDomain, config.clusterDns)
const zoneFed = feedZone(zone, { services: feed, pods: podCache, namespaces: informers.for(namespaces) })
const runtime = createRuncRuntime({
  stateDir: paths.containers,
  cluster: config.name,
  onError: (error) => log('runtime')('fault', error),
})
const configMapStore = cachedStore(informers.for(configMaps), client, configMaps)
const secretStore = cachedStore(informers.for(secrets), client, secrets)

const agents: readonly NodeAgent[] = await Promise.all(
  config.nodes.map((node) =>
    startNodeAgent({
      node,
      client,
      sources: {
        services: feed,
        serviceObjects: serviceCache,
        pods: podCache,
        nodes: informers.for(nodes),
        configMaps: configMapStore,
        secrets: secretStore,
      },
      runtime,
      stateDir: join(paths.pods, node.name),
      podNamespace: (uid) => podNamespace(config.name, uid),
      clusterCidr: config.clusterCidr,
      nodePortAddresses: config.nodePortAddresses,
      serviceCidr: config.serviceCidr,
      loadBalancerCidr: config.loadBalancerCidr,
      clusterDns: config.clusterDns,
      clusterDomain: config.clusterDomain,
      signal: stop.signal,
      log: log(node.name),
    }),
  ),
)
// One server for all nodes: each has its sockets, and they answer from one zone.
const dns = new DnsService({
  zone,
  dnsAddresses: config.clusterDns,
  udp: agents.flatMap(({ dnsSockets }) => dnsSockets.udp),
  tcp: agents.flatMap(({ dnsSockets }) => dnsSockets.tcp),
  nameservers: config.egress ? readNameservers('/etc/resolv.conf') : undefined,
  log: log('dns'),
})
for (const { metrics } of agents) metrics.readDns(() => dns.answeredByName())
const ready = Promise.all([zoneFed, ...agents.map((agent) => agent.ready)]).then(() => clusterAnswers(config))
keepLoadBalancer({
  config,
  services: feed,
  nodes: informers.for(nodes),
  // A node that is not Ready after this stays out, and holds up no other.
  nodesTold: Promise.race([
    Promise.all([ready, nodesReady(informers.for(nodes), config)]).catch(() => undefined),
    sleep(NODES_TOLD_MS, undefined, { ref: false }),
  ]),
  signal: stop.signal,
  log: log('fabric'),
})
ready.then(
  () => logLine(`agents of ${config.name}: ready`),
  (error: unknown) => log('start')('failed', error),
)
const network = new NetworkWatch({
  config,
  agents,
  node: (name) => informers.for(nodes).lister.get(name),
  events: new EventRecorder(client, {
    resource: events,
    component: 'network-watch',
    clock: systemClock,
    random: Math.random,
    signal: stop.signal,
    onError: (error) => log('network')('an Event was lost', error),
  }),
  clock: systemClock,
  signal: stop.signal,
  log: log('network'),
})
startAfreshWithControlPlane()
await serveAgentApi({
  cluster: config.name,
  socket: config.sockets.agent,
  agents,
  runtime,
  services: serviceCache,
  nodes: informers.for(nodes),
  network,
  ready,
  onError: (error) => log('streams')('fault', error),
})

/**
 * Objects live in the control plane's memory. One that comes back without them has another Namespace kube-system; then
 * this process ends, and the next one registers the nodes anew, clears what no object asks for any more, and keeps the
 * rest.
 */
function startAfreshWithControlPlane(): void {
  let known: string | undefined
  const seen = ({ metadata }: Namespace): void => {
    if (metadata?.name !== 'kube-system') return
    known ??= metadata.uid
    if (metadata.uid === known) return
    log('start')('the control plane has lost its objects: starting afresh')
    process.exit(0)
  }
  informers.for(namespaces).addHandlers({ onAdd: seen, onUpdate: (_, now) => seen(now) })
}
