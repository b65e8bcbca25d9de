import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { deployFiles } from '../../script/deploy/deploy-files.ts'

const root = join(import.meta.dirname, '..', '..', 'deploy')

test('the folder deploy/ is what an installation is made of: script/deploy/write.ts writes it', () => {
  const found = new Map(
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== 'README.md')
      .map((entry) => {
        const path = join(entry.parentPath, entry.name)
        return [path.slice(root.length + 1), readFileSync(path, 'utf8')]
      }),
  )
  const wanted = deployFiles()
  assert.deepEqual([...found.keys()].toSorted(), [...wanted.keys()].toSorted())
  for (const [path, text] of wanted) assert.equal(found.get(path), text, path)
})
