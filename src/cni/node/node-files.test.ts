import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { NodeFiles } from './node-files.ts'

test('a node’s folders are for all to see below one that is root’s; /run goes with the power, and what is on the disk stays', () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'fairlead-node-'))
  try {
    const umask = process.umask(0o077)
    const files = new NodeFiles(stateDir)
    try {
      files.make()
    } finally {
      process.umask(umask)
    }
    for (const folder of ['/etc/cni/net.d', '/opt/cni/bin', '/run', '/var/lib/cni'])
      assert.equal(statSync(files.path(folder)).mode & 0o777, 0o755, folder)
    assert.equal(statSync(join(stateDir, 'machine')).mode & 0o777, 0o700)
    assert.ok(existsSync(join(stateDir, 'machine/run/netns')), 'what the machine’s namespaces are shown on')
    writeFileSync(files.path('/run/subnet.env'), '')
    writeFileSync(join(files.confFolder, '10.conf'), '')
    files.forgetRun()
    files.forgetRun()
    assert.equal(existsSync(files.path('/run/subnet.env')), false)
    assert.equal(existsSync(join(files.confFolder, '10.conf')), true)
    // The machine's own are between them, where it has any.
    const machines = existsSync('/opt/cni/bin') ? ['/run/fairlead/cni-bin'] : []
    const seen = files.pluginFolders.map((one) => one.seen)
    assert.deepEqual(seen, ['/opt/cni/bin', ...machines, '/usr/lib/cni'])
    assert.equal(files.pluginFolders[0]?.path, join(stateDir, 'machine/opt/cni/bin'))
    assert.equal(files.pluginFolders.at(-1)?.path, '/usr/lib/cni')
  } finally {
    rmSync(stateDir, { recursive: true })
  }
})

test('the mounts of a node are written once, and beside them those of a shell, which has files of its own', () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'fairlead-node-'))
  try {
    const files = new NodeFiles(stateDir)
    const table = files.mountTable()
    const { ino, mode } = statSync(table)
    assert.equal(mode & 0o777, 0o600)
    assert.equal(table, join(stateDir, 'machine/fstab'))
    assert.match(readFileSync(table, 'utf8'), / \/run none rbind 0 0\n/)
    const shell = files.mountTable({ hosts: '/somewhere/hosts' })
    assert.match(readFileSync(shell, 'utf8'), /^\/somewhere\/hosts \/etc\/hosts none bind 0 0$/m)
    assert.equal(files.mountTable(), table)
    assert.equal(statSync(table).ino, ino)
  } finally {
    rmSync(stateDir, { recursive: true })
  }
})
