import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { readLayeredFile } from './layered-file.ts'

const withLayers = (body: (layers: readonly [string, string], at: (layer: 0 | 1, path: string) => string) => void) => {
  const root = mkdtempSync(join(tmpdir(), 'layers-'))
  const layers = [join(root, 'top'), join(root, 'low')] as const
  try {
    for (const layer of layers) mkdirSync(layer)
    writeFileSync(join(root, 'secret'), 'the machine’s')
    body(layers, (layer, path) => {
      const full = join(layers[layer], path)
      mkdirSync(dirname(full), { recursive: true })
      return full
    })
  } finally {
    rmSync(root, { recursive: true })
  }
}
const read = (layers: readonly string[], path = 'etc/passwd', most = 1000) => readLayeredFile(layers, path, most)

test('the topmost layer that has a file shows it', () => {
  withLayers((layers, at) => {
    assert.equal(read(layers), undefined)
    writeFileSync(at(1, 'etc/passwd'), 'low')
    assert.equal(read(layers), 'low')
    writeFileSync(at(0, 'etc/passwd'), 'top')
    assert.equal(read(layers), 'top')
  })
})

test('links are followed from layer to layer, and never out of the image', () => {
  withLayers((layers, at) => {
    writeFileSync(at(1, 'usr/lib/passwd'), 'moved')
    symlinkSync('../usr/lib/passwd', at(0, 'etc/passwd'))
    assert.equal(read(layers), 'moved')
    symlinkSync('/usr/lib/passwd', at(0, 'etc/group'))
    assert.equal(read(layers, 'etc/group'), 'moved')
    symlinkSync('../../../../secret', at(0, 'etc/up'))
    symlinkSync(join(layers[0], '../secret'), at(0, 'etc/absolute'))
    symlinkSync('loop', at(0, 'etc/loop'))
    symlinkSync('..', at(0, 'etc/out'))
    for (const path of ['etc/up', 'etc/absolute', 'etc/loop', 'etc/out/../secret', 'etc/passwd/x'])
      assert.equal(read(layers, path), undefined, path)
    // The root's own parent is the root.
    assert.equal(read(layers, 'etc/out/../../usr/lib/passwd'), 'moved')
  })
})

test('what is no file is not read: a FIFO would be waited for, a device be asked', () => {
  withLayers((layers, at) => {
    execFileSync('mkfifo', [at(0, 'etc/passwd')])
    writeFileSync(at(1, 'etc/passwd'), 'low')
    assert.equal(read(layers), undefined)
    mkdirSync(at(0, 'etc/group'))
    assert.equal(read(layers, 'etc/group'), undefined)
  })
})

test('a file that is larger than such files are is refused, whatever of it is on the disk', () => {
  withLayers((layers, at) => {
    writeFileSync(at(0, 'etc/passwd'), '')
    truncateSync(at(0, 'etc/passwd'), 2 ** 40)
    assert.throws(() => read(layers), { code: 'IMAGE_INVALID', message: /\/etc\/passwd .* 1099511627776 bytes/ })
  })
})

test('what a layer takes away is not there, with all that lies in it', (t) => {
  withLayers((layers, at) => {
    try {
      execFileSync('mknod', [at(0, 'etc'), 'c', '0', '0'], { stdio: 'ignore' })
    } catch {
      t.skip('making devices needs root')
      return
    }
    writeFileSync(at(1, 'etc/passwd'), 'low')
    assert.equal(read(layers), undefined)
    writeFileSync(at(0, 'usr/lib/other'), 'top')
    writeFileSync(at(1, 'usr/lib/group'), 'low')
    assert.equal(read(layers, 'usr/lib/group'), 'low')
    const script = "import os, sys; os.setxattr(sys.argv[1], 'trusted.overlay.opaque', b'y')"
    execFileSync('python3', ['-c', script, at(0, 'usr')])
    assert.equal(read(layers, 'usr/lib/group'), undefined)
    assert.equal(read(layers, 'usr/lib/other'), 'top')
  })
})
