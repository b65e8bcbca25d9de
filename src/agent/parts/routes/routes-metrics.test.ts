import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { routesMetrics } from './routes-metrics.ts'

test('docs/pod-network.md names each metric of the ways between nodes with its type, in the order in which they are shown', () => {
  const text = routesMetrics({
    nodes: () => 3,
    vxlanNodes: () => 1,
    entries: () => 9,
    egressElements: () => 4,
    podMtu: () => undefined,
    refused: () => 0,
    mended: () => 2,
  }).render()
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/pod-network.md'), 'utf8')
  const rows = [...page.matchAll(/^\| `(fairlead_\w+)` \| (\w+) \|/gm)].map(
    ([, name, type]) => `# TYPE ${name} ${type}`,
  )
  assert.deepEqual(
    text.split('\n').filter((line) => line.startsWith('# TYPE')),
    rows,
  )
  assert.match(text, /^fairlead_routes_nodes 3$/m)
  assert.match(text, /^fairlead_routes_pod_mtu_bytes 0$/m)
})
