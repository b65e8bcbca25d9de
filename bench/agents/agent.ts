/**
 * One agent's sources: caches of what it keeps, Services joined with their slices, and the forwarding of one node; over TLS, with
 * the token of a ServiceAccount. Says `synced` with the milliseconds that it took, and at its end what it has seen.
 */
import { KEPT_FIELDS } from '#agent/sources/kept-fields.ts'
import { ServiceFeed } from '#agent/sources/service-feed.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import { nodes } from '#api/core/node/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import { createInClusterClient } from '#client/in-cluster/in-cluster-client.ts'
import { Informers } from '#client/informer.ts'
import { systemClock } from '#clock/clock.ts'
import { ForwardingState } from '#forwarding/forwarding-state.ts'
import { objectKey } from '#objects/object-key.ts'
import { quantile, round } from '../dataplane/measure.ts'
import { ageOf, CHANGE_LABEL } from './change-label.ts'

export interface AgentSettings {
  readonly folder: string
  readonly port: number
  /** Everything is kept, of each object. */
  readonly isWhole: boolean
}

const { folder, port, isWhole } = JSON.parse(process.argv.at(-1)!) as AgentSettings
const client = createInClusterClient({
  servers: `127.0.0.1:${port}`,
  version: 'bench',
  component: 'node-agent',
  environment: {},
  folder: `${folder}/account`,
})
const began = performance.now()
const informers = new Informers(client, {
  clock: systemClock,
  random: Math.random,
  signal: new AbortController().signal,
  onError: (error, what) => process.stderr.write(`${what}: ${error}\n`),
  ...(isWhole ? {} : { kept: KEPT_FIELDS }),
})
const state = new ForwardingState({ name: 'bench-node', zone: '' })
const ages: number[] = []
const slices = informers.for(endpointSlices)
for (const resource of [nodes, pods, namespaces]) informers.for(resource as typeof nodes)
const feed = new ServiceFeed(informers.for(services), slices)
feed.subscribe(({ namespace, name }, service, own) => {
  const key = objectKey(namespace, name)
  for (const changed of state.set(key, service, own)) state.settled(changed)
  const label = own[0]?.metadata?.labels?.[CHANGE_LABEL]
  if (label !== undefined) ages.push(ageOf(label))
})
await feed.synced
await informers.hasSynced()
process.stdout.write(`${JSON.stringify({ synced_ms: round(performance.now() - began, 0) })}\n`)
process.once('SIGTERM', () => {
  const p99 = ages.length > 0 ? round(quantile(ages, 0.99), 1) : null
  process.stdout.write(`${JSON.stringify({ changes: ages.length, p99_ms: p99 })}\n`, () => process.exit(0))
})
