/** Writes the folder deploy/ from src/install/objects/: `script/node script/deploy/write.ts`. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { deployFiles } from './deploy-files.ts'

const root = join(import.meta.dirname, '..', '..', 'deploy')
const files = deployFiles()
for (const folder of new Set([...files.keys()].map(dirname)))
  rmSync(join(root, folder), { recursive: true, force: true })
for (const [path, text] of files) {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}
