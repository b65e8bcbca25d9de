import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import { at, facts, pod, service, slice } from '../testing/cluster.ts'
import type { ListeningSocket } from './facts.ts'
import { closestPort, declaredPorts, listens, openPorts, portsTold } from './listening.ts'

const socket = (address: string, port = 80, protocol: ListeningSocket['protocol'] = 'TCP'): ListeningSocket => ({
  protocol,
  address,
  port,
})

test('a program takes what is sent to its own address or to any; what listens at a loopback address takes nothing', () => {
  const [four, six] = ['10.244.1.9', 'fd00::9']
  for (const [address, sockets, answer] of [
    [four, [socket(four)], 'yes'],
    [four, [socket('0.0.0.0')], 'yes'],
    [four, [socket('::')], 'yes'],
    [six, [socket('::')], 'yes'],
    [six, [socket('0.0.0.0')], 'no'],
    [four, [socket('10.244.1.8')], 'no'],
    [four, [socket(four, 81), socket(four, 80, 'UDP')], 'no'],
    [four, [], 'no'],
    [four, [socket('127.0.0.1')], 'loopback-only'],
    [six, [socket('::1')], 'loopback-only'],
    [four, [socket('127.0.0.1'), socket(four)], 'yes'],
    [four, undefined, 'unknown'],
  ] as const)
    assert.equal(listens(sockets, 'TCP', address, 80), answer, `${address} ${JSON.stringify(sockets)}`)
  assert.equal(listens([socket(four)], 'SCTP', four, 80), 'unknown', 'the kernel lists none of SCTP')
})

test('ports that a pod takes connections at are told once, ascending, but for those of its loopback', () => {
  const one = pod('web', 1, 9)
  const given = facts({
    listening: {
      'pod/web': [socket('::', 90), socket('0.0.0.0', 90), socket('::', 8), socket('::1', 7), socket('::', 6, 'UDP')],
    },
  })
  assert.deepEqual(openPorts(given, one, 'TCP'), [8, 90])
  assert.deepEqual(openPorts(given, one, 'UDP'), [6])
  assert.equal(openPorts(given, one, 'SCTP'), undefined)
  assert.equal(openPorts(given, pod('other', 1, 9), 'TCP'), undefined, 'nobody looked')
})

test('ports are declared by containers and by sidecars, TCP where no protocol stands', () => {
  const one = pod('web', 1, 9, {
    spec: {
      containers: [
        {
          name: 'web',
          ports: [
            { name: 'http', containerPort: 80 },
            { containerPort: 53, protocol: 'UDP' },
          ],
        },
        { name: 'bare' },
      ],
      initContainers: [
        { name: 'side', restartPolicy: 'Always', ports: [{ containerPort: 90, protocol: 'TCP' }] },
        { name: 'init', ports: [{ containerPort: 91 }] },
      ],
    },
  })
  assert.deepEqual(declaredPorts(one, 'TCP'), [
    { container: 'web', name: 'http', port: 80 },
    { container: 'side', port: 90 },
  ])
  assert.deepEqual(declaredPorts(one, 'UDP'), [{ container: 'web', port: 53 }])
  assert.deepEqual(declaredPorts({} as Pod, 'TCP'), [])
})

test('what slices tell of an address are the ports of those that have it, each once', () => {
  const given = facts({
    slices: [
      slice('web', [at('10.244.1.11', 1)], { port: 80 }),
      slice('web', [at('10.244.1.11', 1), at('10.244.1.12', 1)], { port: 80, protocol: 'TCP' }),
      slice('web', [at('10.244.1.11', 1)], { port: 53, protocol: 'UDP' }),
      slice('web', [at('10.244.1.12', 1)], { port: 81 }),
      slice('web', [at('10.244.1.11', 1)], {}),
      slice('other', [at('10.244.1.11', 1)], { port: 82 }),
    ],
  })
  assert.deepEqual(portsTold(given, service('web', '10.96.0.1'), '10.244.1.11', 'TCP'), [80])
  assert.deepEqual(portsTold(given, service('web', '10.96.0.1'), '10.244.1.11', 'UDP'), [53])
  assert.deepEqual(portsTold(given, service('web', '10.96.0.1'), '10.244.1.13', 'TCP'), [])
})

test('the nearest of open ports is the one whose number is; of none asked, the least', () => {
  assert.equal(closestPort(8000, [22, 9000, 8080]), 8080)
  assert.equal(closestPort(9, [22, 8080]), 22)
  assert.equal(closestPort(undefined, [8080, 22]), 22)
})
