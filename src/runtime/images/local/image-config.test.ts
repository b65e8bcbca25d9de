import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseImageConfig } from './image-config.ts'

test('what an image says of how it is run is read, whatever is missing or odd', () => {
  const json = JSON.stringify({
    created: '2024-01-02T03:04:05Z',
    architecture: 'amd64',
    os: 'linux',
    config: {
      Entrypoint: ['/entry'],
      Cmd: ['serve', '--fast'],
      Env: ['A=1', 'no-value', 'B=x=y'],
      WorkingDir: '/app',
      User: 'web:www',
      StopSignal: 'SIGQUIT',
      ExposedPorts: { '80/tcp': {}, '53/udp': {} },
    },
    rootfs: { type: 'layers', diff_ids: ['sha256:a', 'sha256:b'] },
  })
  assert.deepEqual(parseImageConfig('x', json), {
    architecture: 'amd64',
    os: 'linux',
    created: '2024-01-02T03:04:05Z',
    entrypoint: ['/entry'],
    cmd: ['serve', '--fast'],
    env: ['A=1', 'B=x=y'],
    workingDir: '/app',
    user: 'web:www',
    stopSignal: 'SIGQUIT',
    exposedPorts: ['80/tcp', '53/udp'],
    diffIds: ['sha256:a', 'sha256:b'],
  })
  const bare = { entrypoint: [], cmd: [], env: [], workingDir: '', user: '', exposedPorts: [], diffIds: [] }
  const nothing = { ...bare, architecture: '', os: '', created: '', stopSignal: 'SIGTERM' }
  for (const odd of ['{}', 'null', '[]', '{"config":null,"rootfs":null}', '{"config":{"Cmd":null,"Entrypoint":"x"}}'])
    assert.deepEqual(parseImageConfig('x', odd), nothing, odd)
  assert.throws(() => parseImageConfig('x', 'no json'), { code: 'IMAGE_CORRUPT', message: /image 'x'/ })
})

test('a stop signal may be a number, or its name with or without SIG; one that does not exist is SIGTERM', () => {
  const signal = (StopSignal: string) => parseImageConfig('x', JSON.stringify({ config: { StopSignal } })).stopSignal
  assert.deepEqual(['SIGINT', 'int', '2', '9', 'SIGNONE', '99', ''].map(signal), [
    'SIGINT',
    'SIGINT',
    'SIGINT',
    'SIGKILL',
    'SIGTERM',
    'SIGTERM',
    'SIGTERM',
  ])
})
