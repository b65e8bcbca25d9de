import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'

/** Runs as root of a user namespace of its own, where nobody may have a larger netlink buffer. */
const SCRIPT = `
import { openNftables } from '#kernel/nftables/libnftables.ts'
import { encodeElements } from '#dataplane/nftables/encode.ts'
import { createServiceProxy } from '#reconciler/services/service-proxy.ts'
const count = 3000
const nftables = openNftables()
const conntrack = { deleteUdp: () => {}, methods: () => ({ IPv4: 'filter', IPv6: 'dump' }), close: () => {} }
const node = { name: 'n1', zone: undefined, nodeAddresses: ['172.30.0.2'], podCidrs: ['10.244.0.0/16'], serviceCidrs: ['10.96.0.0/16'], ownPods: [] }
const start = () => createServiceProxy({ node, kernel: { nftables, conntrack } })
const tell = (proxy) => {
  for (let number = 0; number < count; number++) {
    const clusterIP = \`10.96.\${number >> 8}.\${number & 255}\`
    const metadata = { namespace: 'default', name: \`s\${number}\` }
    const spec = { type: 'ClusterIP', clusterIP, clusterIPs: [clusterIP], ports: [{ port: 80 }] }
    const endpoints = [1, 2, 3].map((pod) => ({ addresses: [\`10.244.\${number & 255}.\${pod}\`], nodeName: 'n2' }))
    proxy.serviceChanged(metadata, { metadata, spec }, [{ addressType: 'IPv4', endpoints, ports: [{ name: '', port: 8080 }] }])
  }
  proxy.flush()
}
const proxy = start()
tell(proxy)
const { failed } = proxy.state()
let backends = 0
nftables.dump('ip', 'fairlead', 'backends', () => backends++)
// What one transaction of all would have met.
let whole = 'done'
try {
  const many = Array.from({ length: 20000 }, (_, slot) => ({ family: 'ip', set: 'backends', key: [0xfff00000, slot], data: ['10.0.0.1', 80] }))
  nftables.apply(encodeElements([], many))
} catch (error) { whole = error.errnoName }
// One Service of more than a transaction carries there comes, shrinks and goes, with pins and without.
const large = ['None', 'ClientIP'].map((sessionAffinity, index) => {
  const clusterIP = \`10.96.200.\${index}\`
  const metadata = { namespace: 'default', name: \`large-\${index}\` }
  const spec = { type: 'ClusterIP', clusterIP, clusterIPs: [clusterIP], ports: [{ port: 80 }], sessionAffinity }
  return [8191, 5000, 0].map((count) => {
    const endpoints = Array.from({ length: count }, (_, pod) => ({ addresses: [\`10.244.\${pod >> 8}.\${pod & 255}\`], nodeName: 'n2' }))
    proxy.serviceChanged(metadata, { metadata, spec }, [{ addressType: 'IPv4', endpoints, ports: [{ name: '', port: 8080 }] }])
    proxy.flush()
    let held = 0
    nftables.dump('ip', 'fairlead', 'endpoints', () => held++)
    return held
  })
})
const { failed: refusedLarge } = proxy.state()
for (const index of [0, 1]) proxy.serviceChanged({ namespace: 'default', name: \`large-\${index}\` }, undefined, [])
proxy.flush()
const { elements } = proxy.state()
proxy.stop()
const again = start()
tell(again)
console.log(JSON.stringify({ failed, large, refusedLarge, backends, whole, same: again.state().elements === elements, refused: again.state().failed }))
`

test('in a user namespace, where one large transaction is too long, loads go in chunks that fit', () => {
  const root = join(import.meta.dirname, '..', '..')
  const answer = execFileSync(
    'unshare',
    ['--user', '--map-root-user', '--net', process.execPath, '--input-type=module', '--eval', SCRIPT],
    { cwd: root, encoding: 'utf8' },
  )
  assert.deepEqual(JSON.parse(answer.trim().split('\n').at(-1) ?? ''), {
    failed: [],
    large: [
      [8191, 5000, 0],
      [8191, 5000, 0],
    ],
    refusedLarge: [],
    backends: 9000,
    whole: 'EMSGSIZE',
    same: true,
    refused: [],
  })
})
