import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { cases, GOLDENS, render } from './scenarios/scenario.ts'

const update = process.env.FAIRLEAD_UPDATE === '1'

for (const name of cases) {
  test(`scenario ${name}: forwarding, elements and packets are those of its files, and the contract agrees`, () => {
    const rendered = render(name)
    for (const golden of GOLDENS) {
      const path = join(import.meta.dirname, 'scenarios', name, golden)
      if (update) writeFileSync(path, rendered[golden])
      else assert.equal(rendered[golden], readFileSync(path, 'utf8'), `${path}: FAIRLEAD_UPDATE=1 writes it anew`)
    }
  })
}
