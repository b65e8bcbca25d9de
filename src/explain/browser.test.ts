import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createContext, runInContext } from 'node:vm'
import { build } from 'esbuild'
import { explain } from './explain.ts'
import { facts } from './testing/cluster.ts'
import { print } from './words/print.ts'

test('explain and its words run where there is no Node: as a bundle for browsers, among none of its globals', async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: `export { explain } from './explain.ts'\nexport { print } from './words/print.ts'`,
      resolveDir: import.meta.dirname,
      loader: 'ts',
    },
    bundle: true,
    platform: 'browser',
    format: 'iife',
    globalName: 'fairlead',
    write: false,
  })
  const question = { from: 'pod/client', to: 'web.default:81' }
  const realm = createContext({ given: JSON.stringify({ facts: facts(), question }) })
  runInContext(outputFiles[0]?.text ?? '', realm)
  const text: unknown = runInContext(
    'const { facts, question } = JSON.parse(given)\nfairlead.print(JSON.parse(JSON.stringify(fairlead.explain(facts, question))))',
    realm,
  )
  assert.equal(text, print(explain(facts(), question)))
  assert.match(String(text), /NOT REACHABLE: web\.default:81/)
})
