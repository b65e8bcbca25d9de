import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import type { Server } from 'node:http'
import { mock, test } from 'node:test'
import { HTTP_OPTIONS, serveConnections } from './connections.ts'

const nothing = () => undefined
const HANDLER = { handle: nothing, upgrade: nothing, clientError: nothing }

test('a connection on which nothing comes ends after half a minute, one that said something is left alone', () => {
  mock.timers.enable({ apis: ['setTimeout'] })
  try {
    const server = new EventEmitter() as Server
    serveConnections(server, 'secureConnection', HANDLER)
    const ended: number[] = []
    for (const bytesRead of [0, 1]) {
      const socket = Object.assign(new EventEmitter(), { bytesRead, destroy: () => ended.push(bytesRead) })
      server.emit('secureConnection', socket as never)
    }
    mock.timers.tick(29_999)
    assert.deepEqual(ended, [])
    mock.timers.tick(1)
    assert.deepEqual(ended, [0])
  } finally {
    mock.timers.reset()
  }
})

test('a connection is led to another protocol only where a path leads to what may speak one', () => {
  const isLed = (url: string) => HTTP_OPTIONS.shouldUpgradeCallback({ url } as never)
  const pod = '/api/v1/namespaces/default/pods/p'
  for (const url of [
    `${pod}/exec?command=a`,
    `${pod}/attach`,
    `${pod}/portforward`,
    `${pod}/log?x`,
    `${pod}/proxy/a/b`,
  ])
    assert.equal(isLed(url), true, url)
  for (const url of ['/api/v1/pods', '/livez', `${pod}?exec`, '/api/v1/namespaces/default/pods/exec-1'])
    assert.equal(isLed(url), false, url)
})
