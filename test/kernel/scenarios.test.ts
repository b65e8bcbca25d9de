import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { compileNode } from '#dataplane/nftables/compile.ts'
import { renderBase, renderElements } from '#dataplane/nftables/render.ts'
import { cases, facts } from '../scenarios/scenario.ts'

const tables = `${renderBase()}${renderElements('add', compileNode(facts))}`

for (const name of cases) {
  test(`nft takes the ruleset of scenario ${name}`, () => {
    const elements = readFileSync(join(import.meta.dirname, '..', 'scenarios', name, 'ruleset.nft'), 'utf8')
    const { status, stderr } = spawnSync('nft', ['--check', '-f', '-'], { input: tables + elements, encoding: 'utf8' })
    assert.equal(status, 0, stderr)
  })
}
