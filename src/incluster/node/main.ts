// The program of the DaemonSet fairlead-node: the parts of a node, in the node's own network, on somebody's cluster.
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { KERNEL_PATH, kernelPage } from '#agent/kernel/kernel-page.ts'
import { NetworkSources } from '#agent/network-sources.ts'
import { kernelAt } from '#agent/runner/agent-node.ts'
import type { Place } from '#agent/runner/place.ts'
import { KEPT_FIELDS } from '#agent/sources/kept-fields.ts'
import { createInClusterClient } from '#client/in-cluster/in-cluster-client.ts'
import { Informers } from '#client/informer.ts'
import { VERSION } from '#client/version.ts'
import { systemClock } from '#clock/clock.ts'
import { HOME_NETWORK } from '#kernel/namespaces/namespace.ts'
import { logLine } from '../log.ts'
import { AGENT_SOCKET, LOCK_FILE, PATHS, PROBE_PORT } from '../paths.ts'
import { readSettings } from '../settings/settings.ts'
import { NodeProgram } from './node-program.ts'
import { nodeReport } from './node-report.ts'
import { serveNode } from './node-server.ts'
import { beOnlyAgent } from './only-agent.ts'
import { partsOf } from './parts.ts'
import { RecentFaults } from './recent-faults.ts'
import { SavedCaches } from './saved-caches.ts'
import { settleMemory } from './settled-memory.ts'

const COMPONENT = 'fairlead-node'

const log = (who: string) => (message: string, error?: unknown) => logLine(who, message, error)

const start = async (): Promise<void> => {
  const name = process.env.NODE_NAME
  if (!name) throw new Error('NODE_NAME is not set: the DaemonSet takes it from spec.nodeName')
  const namespace = process.env.POD_NAMESPACE
  if (!namespace) throw new Error('POD_NAMESPACE is not set: the DaemonSet takes it from metadata.namespace')
  process.umask(0o077)
  const ending = new AbortController()
  const { signal } = ending
  const settings = readSettings(readFileSync(process.argv[2] ?? PATHS.settings, 'utf8'))
  const lock = await beOnlyAgent(name, join(PATHS.run, LOCK_FILE), systemClock, signal)
  mkdirSync(PATHS.state, { recursive: true, mode: 0o700 })

  const client = createInClusterClient({
    servers: settings.apiServers.length > 0 ? settings.apiServers.join() : undefined,
    version: VERSION,
    component: COMPONENT,
    environment: process.env,
  })
  const faults = new RecentFaults(systemClock)
  const saved = new SavedCaches({
    folder: join(PATHS.state, 'cache'),
    settings,
    clock: systemClock,
    signal,
    log: log('cache'),
  })
  const informers = new Informers(client, {
    kept: KEPT_FIELDS,
    onMade: saved.keep,
    clock: systemClock,
    random: Math.random,
    signal,
    onError: (error, what) => {
      if (faults.note(what, error)) logLine('cache', what, error)
    },
  })
  const sources = new NetworkSources({
    informers,
    dns: {
      domain: settings.clusterDomain,
      // What it answers with, and whom it asks, the part itself finds out.
      addresses: [],
      nameservers: undefined,
    },
    log: log('dns'),
  })
  const place: Place = {
    name,
    kernel: kernelAt(HOME_NETWORK),
    client,
    clock: systemClock,
    random: Math.random,
    log: log(name),
  }
  const program = new NodeProgram({
    place,
    settings,
    informers,
    sources,
    definitions: partsOf(namespace),
    stateDir: PATHS.state,
  })
  const report = () => nodeReport(program, faults.list(), name)
  const isReady = () => {
    const { ready } = report()
    return { status: ready ? 200 : 503, body: { ready } }
  }
  const close = await serveNode({
    socket: AGENT_SOCKET,
    pages: {
      '/status': () => ({ body: report() }),
      '/readyz': isReady,
      [KERNEL_PATH]: (query) => kernelPage({ node: name, namespace: HOME_NETWORK }, query),
    },
    probes: {
      port: PROBE_PORT,
      pages: { '/readyz': isReady, '/livez': () => ({ body: {} }) },
    },
  })
  const end = async (): Promise<void> => {
    if (signal.aborted) return
    log(name)('asked to end; what the kernel holds goes on')
    await program.stop()
    await saved.flush()
    ending.abort()
    close()
    lock[Symbol.dispose]()
    process.exit(0)
  }
  for (const asked of ['SIGTERM', 'SIGINT'] as const) process.on(asked, () => void end())
  settleMemory(systemClock, signal)
  log(name)(`Fairlead ${VERSION}: ${settings.parts.join(', ')}`)
}

start().catch((error: Error) => {
  logLine(COMPONENT, `cannot start: ${error.message}`)
  process.exit(1)
})
