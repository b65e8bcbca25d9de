import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { LayerLinks } from './layer-links.ts'

test('a layer has a short name that leads to it, the same for everybody; what begins alike gets a longer one', () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'fairlead-links-')))
  try {
    const make = () => new LayerLinks(join(root, 'l'), (layer) => join(root, 'layers', layer))
    for (const layer of ['abcdef', 'abcxyz', 'ab1234']) mkdirSync(join(root, 'layers', layer), { recursive: true })
    const [one, other] = [make(), make()]
    assert.equal(one.pathOf('abcdef'), join(root, 'l/abc'))
    assert.equal(other.pathOf('abcxyz'), join(root, 'l/abcx'))
    assert.equal(one.pathOf('ab1234'), join(root, 'l/ab1'))
    assert.equal(other.pathOf('abcdef'), join(root, 'l/abc'))
    for (const layer of ['abcdef', 'abcxyz']) assert.equal(realpathSync(one.pathOf(layer)), join(root, 'layers', layer))
    rmSync(join(root, 'layers/abcdef'), { recursive: true })
    one.sweep()
    assert.deepEqual(readdirSync(join(root, 'l')).sort(), ['ab1', 'abcx'])
  } finally {
    rmSync(root, { recursive: true })
  }
})
