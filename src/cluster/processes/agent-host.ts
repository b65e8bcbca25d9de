import { existsSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { partsWithout } from '#agent/left-out.ts'
import { startNodeAgent } from '#agent/node-agent.ts'
import { partsList } from '#agent/parts-list.ts'
import { ProcessSources } from '#agent/process-sources.ts'
import { kernelAt } from '#agent/runner/agent-node.ts'
import { Parts } from '#agent/runner/parts.ts'
import type { Place } from '#agent/runner/place.ts'
import { serveAgentApi } from '#agent/server/agent-server.ts'
import type { Namespace } from '#api/core/namespace/message.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import { Informers } from '#client/informer.ts'
import { createUnixClient } from '#client/unix-client.ts'
import { systemClock } from '#clock/clock.ts'
import { readNameservers } from '#dns/forward/nameservers.ts'
import { namespacePath } from '#kernel/namespaces/namespace.ts'
import { urlHost } from '#net/port-protocol.ts'
import { createImageStore } from '#runtime/images/image-store.ts'
import type { RegistrySettings } from '#runtime/images/local/registry/registries-conf.ts'
import { routedRuntime } from '#runtime/routed-runtime.ts'
import { createRuncRuntime } from '#runtime/runc/runc-runtime.ts'
import { createVirtualRuntime } from '#runtime/virtual/virtual-runtime.ts'
import { type ClusterConfig, leaves } from '../config.ts'
import { errorText } from '../error-text.ts'
import { fabricParts } from '../fabric/fabric-parts.ts'
import { nodesReady } from '../fabric/load-balancer.ts'
import { collectImages } from '../images/collect-images.ts'
import { podNamespace } from '../machines/names.ts'
import { machineHands, settleMachines } from '../power/machine-hands.ts'
import { NodeAgents } from '../power/node-agents.ts'
import { imageStoreFolder, logPath, readConfig, statePaths } from '../state/state.ts'
import { openLog } from './log.ts'
import { clusterAnswers, leaseSeconds } from './readiness.ts'

// No object is made old at once because some before it lived on: of a load of Services few do, and it would take up to
// twice the memory. On the command line this would cost 50 ms: Node.js compiles its own modules anew where flags differ.
setFlagsFromString('--no-allocation-site-pretenuring')

/** What lies in the cluster's own network needs no TLS: nobody else is on the way. */
const registriesOf = ({ registries, host, nodes }: ClusterConfig): RegistrySettings => ({
  mirrors: registries?.mirrors ?? [],
  insecure: [...(registries?.insecure ?? []), ...[host, ...nodes].map(({ addresses: [address] }) => urlHost(address))],
})

/** For the agents to say that their nodes are Ready, milliseconds. */
const NODES_TOLD_MS = 10_000

const config = readConfig(process.argv.at(-1)!)
const paths = statePaths(config.stateDir)
const logLine = openLog(logPath(config.stateDir, 'agent-host'))
const log = (who: string) => (message: string, error?: unknown) =>
  logLine(`${who}: ${message}${error === undefined ? '' : `: ${errorText(error)}`}`)

// The machines are made by `up`, and the API by the control plane, while this process loads.
while (!existsSync(paths.machines) || !existsSync(config.sockets.api)) await sleep(2)

const client = createUnixClient(config.sockets.api, 'kubelet')
const informers = new Informers(client, {
  clock: systemClock,
  random: Math.random,
  signal: new AbortController().signal,
  onError: (error, what) => log('cache')(what, error),
})
const runc = createRuncRuntime({
  stateDir: paths.containers,
  cluster: config.name,
  images: createImageStore({
    folder: join(paths.containers, 'images'),
    localFolder: imageStoreFolder(dirname(config.stateDir)),
    registries: registriesOf(config),
  }),
  onError: (error) => log('runtime')('fault', error),
})
const virtual = createVirtualRuntime({
  stateDir: join(paths.containers, 'virtual'),
  onError: (error) => log('runtime')('fault', error),
})
const runtime = routedRuntime(runc, virtual)
const sources = new ProcessSources({
  client,
  informers,
  runtime,
  dns: {
    domain: config.clusterDomain,
    addresses: config.clusterDns,
    nameservers: config.egress ? readNameservers('/etc/resolv.conf') : undefined,
  },
  log: log('dns'),
})
const place = (name: string, namespace: string): Place => ({
  name,
  kernel: kernelAt(namespacePath(namespace)),
  client,
  clock: systemClock,
  random: Math.random,
  log: log(name),
})
await settleMachines(config, runtime)
const collector = collectImages({
  root: dirname(config.stateDir),
  client,
  clock: systemClock,
  signal: new AbortController().signal,
  nodes: () => nodes.agents.map(({ node }) => node.name),
  log: log('images'),
})
const nodes = new NodeAgents({
  config,
  hands: machineHands(runtime),
  start: ({ name, namespace, addresses, podCidrs, zone, labels, taints }) =>
    startNodeAgent(
      {
        ...place(name, namespace),
        addresses,
        podCidrs,
        ...(zone !== undefined && { zone }),
        ...(labels !== undefined && { labels }),
        ...(taints !== undefined && { taints }),
        leaseSeconds: leaseSeconds(config.nodeMonitorGraceSeconds),
        stateDir: join(paths.pods, name),
        makeRoom: () => collector.relieve(),
        podNamespace: (uid) => podNamespace(config.name, uid),
        cluster: config,
      },
      sources,
      partsWithout(partsList, config.without),
    ),
  beside: {
    stop: () => fabric.stop(),
    start: (now) => {
      fabric = startFabric(now, Promise.resolve())
    },
  },
})
const ready = Promise.all(nodes.agents.map(({ parts }) => parts.ready)).then(() => clusterAnswers(config))
// A node that is not Ready after this stays out, and holds up no other.
const nodesTold = Promise.race([
  Promise.all([ready, leaves(config, 'network') ? undefined : nodesReady(sources.nodes, config)]).catch(
    () => undefined,
  ),
  sleep(NODES_TOLD_MS, undefined, { ref: false }),
])
let fabric = startFabric(config, nodesTold)
ready.then(
  () => {
    logLine(`agents of ${config.name}: ready`)
    // For the next start, as the control plane does.
    flushCompileCache()
  },
  (error: unknown) => log('start')('failed', error),
)
startAfreshWithControlPlane()
await serveAgentApi({
  cluster: config.name,
  socket: config.sockets.agent,
  agents: () => nodes.agents,
  nodesOff: () => nodes.config.nodes.filter(({ state }) => state !== undefined),
  fabric: () => fabric,
  onConfigured: () => nodes.follow(readConfig(paths.config)),
  runtime,
  services: sources.serviceObjects,
  nodes: sources.nodes,
  ready,
  onError: (error) => log('streams')('fault', error),
})

function startFabric(now: ClusterConfig, told: Promise<unknown>): Parts<Place> {
  const definitions = fabricParts(now, told)
  return new Parts({ place: place('fabric', now.fabric.namespace), definitions, sources })
}

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
