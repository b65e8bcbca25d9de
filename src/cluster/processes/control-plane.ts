import { flushCompileCache } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { kubeletPath } from '#agent/server/agent-api.ts'
import { events } from '#api/core/event/resource.ts'
import { storageClasses } from '#api/storage/storageclass/resource.ts'
import { type ApiServer, createApiServer } from '#apiserver/server.ts'
import { EventRecorder } from '#client/event-recorder.ts'
import { systemClock } from '#clock/clock.ts'
import { startControllers } from '#controllers/start.ts'
import { type ClusterConfig, leaves } from '../config.ts'
import { GATEWAY_CLASSES } from '../own-objects/gateway-classes.ts'
import { localStorageClass } from '../own-objects/local-storage-class.ts'
import { ownDefinitionNames } from '../own-objects/own-definitions.ts'
import { definitionsNamed } from '../own-objects/prepared-definitions.ts'
import { VIRTUAL_CLASS } from '../own-objects/virtual-class.ts'
import { clearFault, noteFault } from '../state/control-plane-fault.ts'
import { type Lives, lostAt, noteLife, OBJECTS_LOST, objectsLostMessage } from '../state/lives.ts'
import { auditPath, logPath, readConfig, statePaths, tryReadConfig } from '../state/state.ts'
import { AuditLog } from './audit-log.ts'
import { clusterDnsAddresses, clusterDnsObjects } from './cluster-dns.ts'
import { clusterPki } from './cluster-pki.ts'
import { survive } from './last-defence.ts'
import { openLog } from './log.ts'
import { objectsJournal } from './objects-journal.ts'
import { tuneForServing } from './tune-for-serving.ts'

/** How long to wait for the host's address on the underlay, which `up` makes meanwhile, milliseconds. */
const ADDRESS_LIMIT_MS = 20_000

const config = readConfig(process.argv.at(-1)!)
const logLine = openLog(logPath(config.stateDir, 'control-plane'))

const journal = await objectsJournal(config, (what) => logLine(`objects: ${what}`))
const pki = await clusterPki(config)
const api = await createApiServer({
  serviceCidrs: config.serviceCidr,
  nodePortRange: config.nodePortRange,
  clusterDomain: config.clusterDomain,
  advertise: { address: config.host.addresses[0], port: config.apiServer.port },
  reservedAddresses: clusterDnsAddresses(config),
  systemObjects: [...(leaves(config, 'dns') ? [] : clusterDnsObjects(config, nodesNow)), VIRTUAL_CLASS],
  firstObjects: [
    { resource: storageClasses, object: localStorageClass },
    ...(leaves(config, 'gateway') ? [] : GATEWAY_CLASSES),
  ],
  // There at each start. Meanwhile they are whoever's who may define kinds: they may put others in their place.
  definitions: { names: ownDefinitionNames(config), load: definitionsNamed },
  pki,
  ...(journal === undefined ? {} : { journal }),
  ...(config.audit && { audit: new AuditLog(auditPath(config.stateDir), { report: logLine }).write }),
  kubelet: (node) => ({ socketPath: config.sockets.agent, path: kubeletPath(node) }),
  onError: (error) => logLine(`API server: ${error instanceof Error ? error.stack : String(error)}`),
}).catch((error: unknown) => {
  noteFault(config.stateDir, error)
  throw error
})
clearFault(config.stateDir)
const stopped = new AbortController().signal

/** As they are at present: `fairlead node` changes them. Half a moment without a file tells nothing new. */
function nodesNow(): ClusterConfig['nodes'] {
  return tryReadConfig(statePaths(config.stateDir).config)?.nodes ?? config.nodes
}
if (journal === undefined || journal.isEmpty) {
  const lives = noteLife(config.stateDir, new Date().toISOString())
  if (lostAt(lives) !== undefined) tellObjectsLost(api, lives)
}
await api.listen({ path: config.sockets.api })
const controllers = startControllers({
  client: api.client,
  catalogue: api.catalogue,
  clock: systemClock,
  random: Math.random,
  signal: stopped,
  rootCa: pki.ca.certificate,
  signToken: (...of) => api.signer.legacyToken(...of),
  issueCertificate: api.issueCertificate,
  approvalOf: api.approvalOf,
  kept: api.systemObjects,
  nodeMonitorGraceMs: config.nodeMonitorGraceSeconds * 1000,
  networkPolicies: !leaves(config, 'policies'),
  gateways: !leaves(config, 'gateway'),
  clusterDomain: config.clusterDomain,
  loadBalancer: config.loadBalancer === 'pool' ? { cidrs: config.loadBalancerCidr } : 'none',
  log: (level, message) => logLine(`controllers: ${level}: ${message}`),
})
await api.listen({ host: '127.0.0.1', port: config.apiServer.hostPort, tls: true })
await listenOnUnderlay(api, config)
tuneForServing()
await controllers.ready
survive(logLine)
logLine(`control plane ${config.name}: serving`)
// For the next start: by itself Node.js does so at the end of a process, and this one is killed.
flushCompileCache()

/** An Event of the Namespace `default`: `kubectl get events` shows it to whoever looks. */
function tellObjectsLost({ client }: ApiServer, told: Lives): void {
  const message = objectsLostMessage(told, config.ephemeral)
  logLine(message)
  new EventRecorder(client, {
    resource: events,
    component: 'fairlead',
    clock: systemClock,
    random: Math.random,
    signal: stopped,
    onError: (error) => logLine(`events: ${String(error)}`),
  }).record({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } }, 'Warning', OBJECTS_LOST, message)
}

/** Where pods and nodes reach the API: the address appears when `up` has made the host's link. */
async function listenOnUnderlay(server: ApiServer, cluster: ClusterConfig): Promise<void> {
  const until = Date.now() + ADDRESS_LIMIT_MS
  for (;;) {
    try {
      await server.listen({ host: cluster.host.addresses[0], port: cluster.apiServer.port, tls: true })
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRNOTAVAIL' || Date.now() > until) throw error
      await sleep(4)
    }
  }
}
