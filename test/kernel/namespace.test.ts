import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { lstatSync, mkdtempSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs'
import { readlink } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { test } from 'node:test'
import { inForeignNamespace } from '#kernel/namespaces/home-namespace.ts'
import {
  createNetworkNamespace,
  deleteNamespace,
  listNetworkNamespaces,
  withNamespace,
} from '#kernel/namespaces/namespace.ts'
import { createPodNamespaces, deletePodNamespaces } from '#kernel/namespaces/pod-namespaces.ts'
import { connectToLoopback, listenTcp } from '#kernel/sockets/socket.ts'

const here = () => readlinkSync('/proc/thread-self/ns/net')

test('createNetworkNamespace() makes what `ip netns` sees, and this thread is at home afterwards', () => {
  const before = here()
  const path = createNetworkNamespace('fl-test-a')
  try {
    assert.equal(here(), before)
    assert.equal(path, '/run/netns/fl-test-a')
    assert.match(execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' }), /^fl-test-a/m)
    const links = execFileSync('ip', ['netns', 'exec', 'fl-test-a', 'ip', '-o', 'link'], { encoding: 'utf8' })
    assert.equal(links.trim().split('\n').length, 1)
    assert.throws(() => createNetworkNamespace('fl-test-a'), { code: 'NAMESPACE_EXISTS' })
    assert.deepEqual(listNetworkNamespaces(), ['fl-test-a'])
  } finally {
    deleteNamespace(path)
  }
  assert.deepEqual(listNetworkNamespaces(), [])
  deleteNamespace(path)
})

test('withNamespace() switches and returns, also after an exception, nested, and for the children that it spawns', () => {
  const home = here()
  const a = createNetworkNamespace('fl-test-a')
  const b = createNetworkNamespace('fl-test-b')
  try {
    const inA = withNamespace(a, here)
    assert.notEqual(inA, home)
    assert.equal(inA, `net:[${statSync(a).ino}]`)
    withNamespace(a, () => {
      assert.ok(inForeignNamespace())
      assert.equal(withNamespace(b, here), `net:[${statSync(b).ino}]`)
      assert.equal(here(), inA)
    })
    assert.throws(() =>
      withNamespace(a, () => {
        throw new Error('inside')
      }),
    )
    assert.equal(here(), home)
    assert.ok(!inForeignNamespace())
    const child = withNamespace(b, () => spawnSync('readlink', ['/proc/self/ns/net'], { encoding: 'utf8' }).stdout)
    assert.equal(child.trim(), `net:[${statSync(b).ino}]`)
    assert.throws(() => withNamespace('/run/netns/none', here), { code: 'NAMESPACE_UNKNOWN' })
  } finally {
    deleteNamespace(a)
    deleteNamespace(b)
  }
})

test('withNamespace() refuses a function that returns a promise', () => {
  const a = createNetworkNamespace('fl-test-a')
  try {
    let ran = false
    const refused = { code: 'NAMESPACE_ASYNC' }
    assert.throws(
      () =>
        withNamespace(a, (async () => {
          ran = true
        }) as unknown as () => void),
      refused,
    )
    assert.equal(ran, false)
    assert.throws(() => withNamespace(a, (() => Promise.resolve(1)) as unknown as () => number), refused)
  } finally {
    deleteNamespace(a)
  }
})

test('the thread pool stays in the home namespace', async () => {
  const home = here()
  const a = createNetworkNamespace('fl-test-a')
  try {
    const started = withNamespace(a, () => {
      const seen = Array.from({ length: 8 }, () => readlink('/proc/thread-self/ns/net'))
      return { seen }
    })
    for (const seen of await Promise.all(started.seen)) assert.equal(seen, home)
  } finally {
    deleteNamespace(a)
  }
})

test('createPodNamespaces() pins network, ipc and uts namespaces with the hostname set inside, and deletes without a trace', () => {
  const directory = `${mkdtempSync(`${tmpdir()}/fl-test-`)}`
  const own = hostname()
  const mountsBefore = readFileSync('/proc/self/mountinfo', 'utf8').split('\n').length
  const pod = createPodNamespaces(`${directory}/pod`, { hostname: 'web-1', networkName: 'fl-test-pod' })
  try {
    const name = spawnSync('nsenter', [`--uts=${pod.uts}`, `--ipc=${pod.ipc}`, `--net=${pod.network}`, 'hostname'])
    assert.equal(String(name.stdout).trim(), 'web-1')
    assert.equal(hostname(), own)
    assert.notEqual(`ipc:[${lstatSync(pod.ipc).ino}]`, readlinkSync('/proc/thread-self/ns/ipc'))
  } finally {
    deletePodNamespaces(`${directory}/pod`)
    deleteNamespace(pod.network)
    rmSync(directory, { recursive: true })
  }
  assert.equal(readFileSync('/proc/self/mountinfo', 'utf8').split('\n').length, mountsBefore)
  assert.deepEqual(listNetworkNamespaces(), [])
})

test('createPodNamespaces() gives a hostNetwork pod the network namespace it is told', () => {
  const directory = `${mkdtempSync(`${tmpdir()}/fl-test-`)}`
  try {
    const pod = createPodNamespaces(`${directory}/pod`, { hostname: 'node-1', networkPath: '/proc/self/ns/net' })
    assert.equal(pod.network, '/proc/self/ns/net')
  } finally {
    deletePodNamespaces(`${directory}/pod`)
    rmSync(directory, { recursive: true })
  }
})

test('connectToLoopback() finds who listens at one of the two loopbacks alone, and says where nobody does', async () => {
  const path = createNetworkNamespace('fl-test-loopback')
  const servers = []
  try {
    execFileSync('ip', ['netns', 'exec', 'fl-test-loopback', 'ip', 'link', 'set', 'lo', 'up'])
    const behaves = async (host: string, port: number): Promise<void> => {
      servers.push(await listenTcp(path, host, port))
      const socket = await connectToLoopback(path, port)
      assert.equal(socket.remoteAddress, host)
      socket.destroy()
    }
    await behaves('127.0.0.1', 8004)
    await behaves('::1', 8006)
    // Where both answer, it is the first.
    servers.push(await listenTcp(path, '127.0.0.1', 8006))
    const socket = await connectToLoopback(path, 8006)
    assert.equal(socket.remoteAddress, '127.0.0.1')
    socket.destroy()
    await assert.rejects(connectToLoopback(path, 8007), { code: 'ECONNREFUSED', address: '127.0.0.1', port: 8007 })
  } finally {
    for (const server of servers) server.close()
    deleteNamespace(path)
  }
})
