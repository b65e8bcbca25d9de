import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import type { Handlers } from '#client/informer.ts'
import { ToldAddresses } from './told-addresses.ts'

const pod = (name: string, ip: string, more: { node?: string; hostNetwork?: boolean; phase?: string } = {}): Pod =>
  ({
    metadata: { namespace: 'shop', name },
    spec: { nodeName: more.node ?? 'n1', hostNetwork: more.hostNetwork ?? false },
    status: { phase: more.phase ?? 'Running', ...(ip && { podIPs: [{ ip }] }) },
  }) as Pod

test('addresses of the node’s own pods count as long as they run, whoever gave them', () => {
  let handlers: Handlers<Pod> = {}
  let isEnded = false
  const told = new ToldAddresses(
    {
      addHandlers(given) {
        handlers = given
        return () => {
          isEnded = true
        }
      },
    },
    'n1',
  )
  const { onAdd, onUpdate, onDelete } = handlers as Required<Handlers<Pod>>
  onAdd(pod('a', '10.244.1.2'))
  onAdd(pod('b', '10.244.1.3'))
  onAdd(pod('c', '10.244.1.4'))
  onAdd(pod('far', '10.244.2.2', { node: 'n2' }))
  onAdd(pod('host', '172.30.0.2', { hostNetwork: true }))
  onAdd(pod('new', ''))
  assert.deepEqual([...told.all()], ['10.244.1.2', '10.244.1.3', '10.244.1.4'])
  onUpdate(pod('a', '10.244.1.2'), pod('a', '10.244.1.2', { phase: 'Succeeded' }))
  onUpdate(pod('new', ''), pod('new', '10.244.1.5'))
  onDelete(pod('b', '10.244.1.3'))
  assert.deepEqual([...told.all()], ['10.244.1.4', '10.244.1.5'])
  told.close()
  assert.equal(isEnded, true)
})
