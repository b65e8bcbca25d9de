import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after } from 'node:test'
import { allVerbs } from '#cli/command-entry.ts'
import { commandList } from '#cli/command-list.ts'
import { claim, run } from './harness.ts'

const top = join(import.meta.dirname, '..', '..')
const home = mkdtempSync(join(tmpdir(), 'fairlead-documents-'))
const env = { HOME: home, KUBECONFIG: '' }
after(() => rmSync(home, { recursive: true, force: true }))

/** The documents of the repository, by path from its top. */
const documents = ['.', 'docs', 'docs/adr', 'examples'].flatMap((folder) =>
  readdirSync(join(top, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
)
const read = (path: string): string => readFileSync(join(top, path), 'utf8')

/** The shell of fenced blocks marked `sh runnable`, as one script that stops where a command fails. */
const runnable = (path: string): string =>
  [...read(path).matchAll(/^```sh runnable\n(.*?)^```/gms)].map(([, block]) => block!).join('')

claim(
  'every command of the README that is marked as runnable works, in its order',
  async (assert) => {
    const script = runnable('README.md')
    assert.match(script, /fairlead up.*kubectl apply.*curl.*fairlead down/s)
    const { status, stdout, stderr } = await run('sh', ['-ec', `cd '${top}'\n${script}`], { env, timeoutMs: 120_000 })
    assert.equal(status, 0, `${stdout}${stderr}`)
    assert.match(stdout, /^myapp-service +NodePort .*80:30008\/TCP/m)
    assert.match(stdout, /^myapp-[0-9a-z]+-[0-9a-z]{5}/m)
    assert.match(stdout, /^Endpoints: +10\.244\.\d+\.\d+:8080,/m)
    assert.match(stdout, /^node-1 +Ready/m)
    rmSync('/tmp/ci.kubeconfig', { force: true })
  },
  { timeout: 150_000 },
)

claim('every verb, flag and script that a document names is there', async (assert) => {
  const verbs = new Map(
    await Promise.all(allVerbs(commandList).map(async ({ name, load }) => [name, (await load()).flags] as const)),
  )
  const groups = new Set(commandList.flatMap((entry) => ('verbs' in entry ? [entry.name] : [])))
  for (const path of documents) {
    const text = read(path)
    for (const [whole, first, rest] of text.matchAll(/(?:bin\/|^|`)fairlead ([a-z]+)\b([^\n`#]*)/gm)) {
      if (first === 'help') continue
      // Of a group, the second word is part of the verb, where one is named.
      const verb = groups.has(first!) ? `${first} ${/^ +([a-z]+)\b/.exec(rest!)?.[1] ?? ''}`.trim() : first
      if (groups.has(verb!)) continue
      const flags = verbs.get(verb!)
      assert.ok(flags, `${path} names '${whole}', but there is no such verb`)
      for (const [, flag] of rest!.matchAll(/--([a-z][a-z-]*)/g))
        assert.ok(flags && flag! in flags, `${path} names '${whole}', but ${verb} has no --${flag}`)
    }
    for (const [name] of text.matchAll(/\bscript\/[a-z-]+(?:\/[a-z.-]+)?/g))
      assert.ok(existsSync(join(top, name)), `${path} names ${name}, which is not there`)
  }
})

claim('every link of a document to a file leads somewhere', async (assert) => {
  let links = 0
  for (const path of documents)
    for (const [, target] of read(path).matchAll(/\]\(([^)#\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target!)) continue
      links++
      assert.ok(existsSync(join(top, dirname(path), target!)), `${path} links to ${target}, which is not there`)
    }
  assert.ok(links > 10)
})

claim('the page about addresses has the ranges that up chooses', async (assert) => {
  const { status, stdout, stderr } = await run(
    join(top, 'bin', 'fairlead'),
    ['up', '--name', 'plan', '--nodes', '1', '-o', 'json'],
    { env },
  )
  assert.equal(status, 0, stderr)
  try {
    const page = read('docs/addresses.md')
    const { nodes } = JSON.parse(stdout) as { nodes: { addresses: string[]; podCidrs: string[] }[] }
    for (const text of [...nodes[0]!.addresses, ...nodes[0]!.podCidrs])
      assert.ok(page.includes(text), `docs/addresses.md does not name ${text}`)
    const list = JSON.parse((await run(join(top, 'bin', 'fairlead'), ['list', '-o', 'json'], { env })).stdout) as {
      clusterCidr: string[]
      serviceCidr: string[]
    }[]
    for (const text of [...list[0]!.clusterCidr, ...list[0]!.serviceCidr])
      assert.ok(page.includes(text), `docs/addresses.md does not name ${text}`)
  } finally {
    assert.equal((await run(join(top, 'bin', 'fairlead'), ['down', '--name', 'plan'], { env })).status, 0)
  }
})

claim('every dependency stands in docs/dependencies.md, and every decision in its index', async (assert) => {
  const page = read('docs/dependencies.md')
  const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<string, Record<string, string>>
  for (const name of Object.keys({ ...dependencies, ...devDependencies }))
    assert.match(page, new RegExp(`^\\|[^|]*(?<![\\w/])${name}(?![\\w/])[^|]*\\|`, 'm'), name)
  for (const [, name] of read('script/setup').matchAll(/^need \S+ (\S+)$/gm)) assert.ok(page.includes(name!), name)
  const index = read('docs/adr/README.md')
  for (const name of readdirSync(join(top, 'docs/adr')).filter((one) => /^\d{4}-.*\.md$/.test(one)))
    assert.ok(index.includes(`](${name})`), `docs/adr/README.md does not list ${name}`)
})
