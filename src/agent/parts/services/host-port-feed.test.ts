import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import type { Handlers } from '#client/informer.ts'
import { feedHostPorts } from './host-port-feed.ts'

const pod = (
  name: string,
  more: { readonly nodeName?: string; readonly ip?: string; readonly hostPort?: number } = {},
): Pod => {
  const { nodeName = 'n1', ip = '10.244.1.2', hostPort = 80 } = more
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop' },
    spec: { nodeName, containers: [{ name: 'c', ports: [{ containerPort: 8080, ...(hostPort && { hostPort }) }] }] },
    status: { phase: 'Running', ...(ip && { podIPs: [{ ip }] }) },
  }
}

const feed = (...there: readonly Pod[]) => {
  const told: string[] = []
  let handlers: Handlers<Pod> = {}
  let ended = false
  const pods = {
    addHandlers: (given: Handlers<Pod>) => {
      handlers = given
      for (const one of there) given.onAdd!(one)
      return () => {
        ended = true
      }
    },
  }
  const end = feedHostPorts(pods, { name: 'n1', addresses: ['172.30.0.2'] }, ({ namespace, name }, service, slices) => {
    const to = slices.flatMap(({ endpoints }) => endpoints ?? []).flatMap(({ addresses }) => addresses ?? [])
    told.push(`${namespace}/${name} ${service === undefined ? 'gone' : to.join()}`)
  })
  return { told, handlers, end, ended: () => ended }
}

test('the host ports of the pods that are there are told at once, of this node and of no other', () => {
  const { told } = feed(pod('a'), pod('b', { nodeName: 'n2' }), pod('c', { hostPort: 0 }), pod('d', { ip: '' }))
  assert.deepEqual(told, ['host-port/shop/a 10.244.1.2'])
})

test('host ports come with the address of the pod, change with it, and go with its end', () => {
  const { told, handlers } = feed()
  handlers.onAdd!(pod('a', { ip: '' }))
  handlers.onUpdate!(pod('a', { ip: '' }), pod('a'))
  handlers.onUpdate!(pod('a'), pod('a', { ip: '10.244.1.3' }))
  const ended = { ...pod('a'), status: { phase: 'Succeeded', podIPs: [{ ip: '10.244.1.3' }] } } as Pod
  handlers.onUpdate!(pod('a'), ended)
  handlers.onDelete!(ended)
  assert.deepEqual(told, ['host-port/shop/a 10.244.1.2', 'host-port/shop/a 10.244.1.3', 'host-port/shop/a gone'])
})

test('host ports go with their pod, and nothing is told after the end', () => {
  const { told, handlers, end, ended } = feed(pod('a'))
  handlers.onDelete!(pod('a'))
  assert.deepEqual(told.at(-1), 'host-port/shop/a gone')
  end()
  assert.equal(ended(), true)
})
