import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NetworkList } from '#cni/conf/network-list.ts'
import { unmetWishes } from './unmet-wishes.ts'

const list = (...capabilities: readonly string[]): NetworkList => ({
  name: 'pods',
  cniVersion: '1.0.0',
  disableCheck: false,
  disableGC: false,
  plugins: [{ type: 'any', capabilities: Object.fromEntries(capabilities.map((one) => [one, true])) }],
})
const port = (hostPort: number) => ({ hostPort, containerPort: 80, protocol: 'tcp', hostIP: '' })

test('what a pod asks for and no plugin of its network is told is named, port by port', () => {
  const wishes = { portMappings: [port(80), port(81)], bandwidth: { ingress: 1 } }
  assert.deepEqual(unmetWishes(wishes, list('portMappings', 'bandwidth')), [])
  assert.deepEqual(unmetWishes(wishes, list()), [
    'hostPort 80 leads nowhere: no plugin of the network pods has the capability portMappings',
    'hostPort 81 leads nowhere: no plugin of the network pods has the capability portMappings',
    'its bandwidth is not limited: no plugin of the network pods has the capability bandwidth',
  ])
  assert.deepEqual(unmetWishes({}, list()), [])
})
