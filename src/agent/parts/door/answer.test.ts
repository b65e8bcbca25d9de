import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AttachedLink } from '#cni/plugin/attached-result.ts'
import { Refusal } from '#cni/plugin/refusal.ts'
import { answerTo } from './answer.ts'

const LINK: AttachedLink = {
  ifName: 'eth0',
  netns: '/run/netns/a',
  mac: '0a:58:0a:f4:01:02',
  mtu: 1500,
  node: { link: 'fl-1', mac: '0a:58:00:00:00:01' },
  ways: [{ address: '10.244.1.2', isIpv6: false, gateway: '169.254.1.1', everywhere: '0.0.0.0/0' }],
}

const start = () => {
  const state: { ready?: Error; status?: Error; faults: string[] } = { faults: [] }
  const done: string[] = []
  const note = async (what: string) => void done.push(what)
  const door = {
    network: {
      async add() {
        await note('add')
        return LINK
      },
      del: () => note('del'),
      check: () => note('check'),
      gc: () => note('gc'),
      async status() {
        if (state.status) throw state.status
      },
    },
    async ready() {
      if (state.ready) throw state.ready
    },
    faults: () => state.faults,
  }
  const ask = async (command: string, conf: object = {}) => {
    const env = { CNI_COMMAND: command, CNI_CONTAINERID: 'a', CNI_IFNAME: 'eth0', CNI_NETNS: '/run/netns/a' }
    const stdin = JSON.stringify({ cniVersion: '1.1.0', name: 'fairlead', ...conf })
    const { exitStatus, stdout } = await answerTo({ env, stdin }, door)
    return exitStatus === 0 ? stdout : `${(JSON.parse(stdout) as { code: number }).code} ${stdout}`
  }
  return { state, done, ask }
}

test('each command is done, and only an ADD has a result', async () => {
  const { done, ask } = start()
  assert.match(await ask('ADD'), /"address":"10\.244\.1\.2\/32"/)
  assert.equal(await ask('DEL'), '')
  assert.equal(await ask('CHECK', { prevResult: {} }), '')
  assert.equal(await ask('GC', { 'cni.dev/valid-attachments': [] }), '')
  assert.equal(await ask('STATUS'), '')
  assert.deepEqual(done, ['add', 'del', 'check', 'gc'])
})

test('until Services are written nobody is attached, but whoever goes is let go of', async () => {
  const { state, done, ask } = start()
  state.ready = new Refusal('later', 'not yet')
  assert.match(await ask('ADD'), /^11 .*"msg":"not yet"/)
  assert.match(await ask('STATUS'), /^50 .*"msg":"not yet"/)
  assert.equal(await ask('DEL'), '')
  assert.deepEqual(done, ['del'])
})

test('a STATUS says that nobody can come, or that those who are there may be cut off', async () => {
  const { state, ask } = start()
  state.faults = ['the kernel refuses', 'more']
  assert.match(await ask('STATUS'), /^51 .*"msg":"the kernel refuses","details":"more"/)
  state.status = new Refusal('unavailable', 'all are taken')
  assert.match(await ask('STATUS'), /^50 .*all are taken/)
  state.status = new TypeError('a fault of ours')
  assert.match(await ask('STATUS'), /^100 .*a fault of ours/)
  assert.match(await ask('ADD', { cniVersion: '9' }), /^1 \{"cniVersion":"9"/)
})
