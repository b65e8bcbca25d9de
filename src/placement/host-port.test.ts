import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import { hostPortTaken } from './host-port.ts'
import { nodeWith } from './testing/placing.ts'

type Spec = NonNullable<Pod['spec']>
type Container = NonNullable<Spec['containers']>[number]

const container = (...ports: readonly object[]) =>
  ({ name: 'main', image: 'x', ports: ports.map((port) => ({ containerPort: 80, ...port })) }) as Container
const pod = (name: string, spec: Partial<Spec>): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop' },
  spec: { containers: [], ...spec },
})
const having = (...ports: readonly object[]): Partial<Spec> => ({ containers: [container(...ports)] })
const host = (...ports: readonly object[]): Partial<Spec> => ({ ...having(...ports), hostNetwork: true })
const init = (restartPolicy?: 'Always'): Partial<Spec> => ({
  initContainers: [{ ...container({ hostPort: 443 }), ...(restartPolicy && { restartPolicy }) }],
})

const TABLE: readonly (readonly [string, wanted: Partial<Spec>, held: Partial<Spec>, boolean])[] = [
  ['one of several is enough', having({ hostPort: 443 }), having({ hostPort: 80 }, { hostPort: 443 }), true],
  ['another port', having({ hostPort: 443 }), having({ hostPort: 444 }), false],
  ['the least port', having({ hostPort: 1 }), having({ hostPort: 1 }), true],
  ['ports of the pods themselves alone', having({}), having({}), false],
  ['TCP is what no protocol means', having({ hostPort: 443, protocol: 'TCP' }), having({ hostPort: 443 }), true],
  ['another protocol', having({ hostPort: 443, protocol: 'UDP' }), having({ hostPort: 443 }), false],
  ['all IPv6 addresses', having({ hostPort: 443, hostIP: '10.0.0.1' }), having({ hostPort: 443, hostIP: '::' }), true],
  ['one address', having({ hostPort: 443, hostIP: '10.0.0.1' }), having({ hostPort: 443, hostIP: '10.0.0.1' }), true],
  ['two', having({ hostPort: 443, hostIP: '10.0.0.1' }), having({ hostPort: 443, hostIP: '10.0.0.2' }), false],
  ['every port of a pod in the node’s own network', having({ hostPort: 80 }), host({}), true],
  ['and of none that is not', having({ hostPort: 80 }), having({}), false],
  ['a sidecar runs on', having({ hostPort: 443 }), init('Always'), true],
  ['an init container does not', having({ hostPort: 443 }), init(), false],
]

test('a host port is taken where a pod of the node holds it, at the same address or at all', () => {
  for (const [name, wanted, held, isTaken] of TABLE) {
    const found = hostPortTaken(pod('p', wanted), nodeWith('a', [pod('other', {}), pod('q', held)]))
    assert.equal(found !== undefined, isTaken, name)
    if (found?.code === 'host-port-taken') assert.equal(found.holder, 'shop/q', name)
  }
})
