import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import { hostsFile } from './hosts-file.ts'
import { kernelHostname } from './pod-hostname.ts'

const pod = (spec: Partial<NonNullable<Pod['spec']>>): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web-0', namespace: 'shop' },
  spec: { containers: [], ...spec },
})

test('/etc/hosts names the pod by its domain where it has a subdomain, and carries aliases', () => {
  const text = hostsFile(
    pod({ subdomain: 'web', hostAliases: [{ ip: '192.0.2.5', hostnames: ['a', 'b'] }] }),
    ['10.244.1.5', 'fd00::5'],
    'cluster.local',
    '',
  )
  assert.match(text, /^10\.244\.1\.5\tweb-0\.web\.shop\.svc\.cluster\.local\tweb-0$/m)
  assert.match(text, /^fd00::5\tweb-0\.web/m)
  assert.match(text, /^192\.0\.2\.5\ta\tb$/m)
  assert.match(hostsFile(pod({ hostNetwork: true }), [], 'cluster.local', '127.0.0.1 box\n'), /127\.0\.0\.1 box/)
})

test('the kernel’s hostname is the pod’s, its domain name where asked for, and the node’s on the host network', () => {
  assert.equal(kernelHostname(pod({}), 'n1', 'cluster.local'), 'web-0')
  assert.equal(
    kernelHostname(pod({ hostname: 'h', subdomain: 's', setHostnameAsFQDN: true }), 'n1', 'cluster.local'),
    'h.s.shop.svc.cluster.local',
  )
  assert.equal(kernelHostname(pod({ hostNetwork: true }), 'n1', 'cluster.local'), 'n1')
})
