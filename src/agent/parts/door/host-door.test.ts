import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { HostDoor } from './host-door.ts'
import { uninstallDoor } from './host-files.ts'

const start = () => {
  const root = mkdtempSync(join(tmpdir(), 'fairlead-host-'))
  const folders = { programs: join(root, 'opt/cni/bin'), configurations: join(root, 'etc/cni/net.d') }
  const program = join(root, 'door')
  writeFileSync(program, 'a program', { mode: 0o600 })
  const clock = new HandClock()
  const logged: string[] = []
  const settled: number[] = []
  const host = new HostDoor({
    folders,
    program,
    configuration: 'a configuration',
    clock,
    settle: async () => void settled.push(1),
    log: (message, error) => void logged.push(error ? `${message}: ${(error as Error).message}` : message),
  })
  return {
    root,
    folders,
    clock,
    logged,
    settled,
    host,
    program: join(folders.programs, 'fairlead'),
    conflist: join(folders.configurations, '10-fairlead.conflist'),
    [Symbol.dispose]: () => {
      host.close()
      rmSync(root, { recursive: true })
    },
  }
}

test('the host gets a program that anybody can run and a configuration that is root’s, whole, and they are kept so', async () => {
  using it = start()
  assert.equal(it.host.isOpen, false)
  it.host.open()
  assert.equal(it.host.isOpen, true)
  const modes = () => [it.program, it.conflist].map((path) => (statSync(path).mode & 0o777).toString(8))
  assert.deepEqual(modes(), ['755', '600'])
  assert.deepEqual(readdirSync(it.folders.programs), ['fairlead'])
  const { ino } = statSync(it.program)
  writeFileSync(it.conflist, 'half of one')
  it.clock.advance(10_000)
  assert.equal(readFileSync(it.conflist, 'utf8'), 'a configuration')
  assert.equal(statSync(it.program).ino, ino, 'what is as it was is not written')
  assert.deepEqual(it.logged, ['/etc/cni/net.d/10-fairlead.conflist was not as we had written it; put right'])
  assert.equal(it.settled.length, 1)
  it.host.close()
  rmSync(it.conflist)
  it.clock.advance(10_000)
  assert.deepEqual(readdirSync(it.folders.configurations), [])
})

test('a configuration that the runtime takes before ours is a fault while it lies there', () => {
  using it = start()
  mkdirSync(it.folders.configurations, { recursive: true })
  const other = join(it.folders.configurations, '05-cilium.conf')
  writeFileSync(other, '{}')
  assert.deepEqual(it.host.faults(), [], 'nobody is to come yet')
  it.host.open()
  assert.match(it.host.faults().join(), /takes 05-cilium\.conf of \/etc\/cni\/net\.d/)
  rmSync(other)
  assert.deepEqual(it.host.faults(), [])
})

test('what is uninstalled is gone, with what others have left in place, and a folder that cannot be written is told of', () => {
  using it = start()
  it.host.open()
  writeFileSync(join(it.folders.programs, 'loopback'), '')
  for (const _ of [1, 2]) uninstallDoor(it.folders)
  assert.deepEqual([readdirSync(it.folders.programs), readdirSync(it.folders.configurations)], [['loopback'], []])
  rmSync(it.folders.configurations, { recursive: true })
  writeFileSync(it.folders.configurations, 'no folder')
  it.clock.advance(10_000)
  assert.match(it.logged.join(), /files of CNI cannot be put right: E/)
})
