import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { claim, EXAMPLES, eventually, run, withCluster } from './harness.ts'

const cluster = withCluster('lesson', ['--nodes', '2'])

/** A command of the page, and what stands below it. */
interface Told {
  readonly command: string
  readonly output: string
}

const toldBy = (page: string): readonly Told[] =>
  [...page.matchAll(/^```console\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) =>
    block
      .split(/^# /m)
      .slice(1)
      .map((part) => {
        const [command = '', ...lines] = part.split('\n')
        return { command, output: lines.join('\n') }
      }),
  )

const MATRIX = 'bin/fairlead policy matrix'
/** Names of a Deployment's pods end by chance. */
const named = (text: string): string => text.replace(/\b((?:web|api|db)-[0-9a-f]+)-[a-z0-9]{5}\b/g, '$1-CHANCE')
/** Without the line that says what was begun for real. */
const tableOf = (text: string): string => named(text).replace(/^\d+ connections were begun.*\n/m, '')

claim(
  'the lesson about policies is what its commands print, and real packets agree at each step',
  async (assert) => {
    const told = toldBy(readFileSync(join(EXAMPLES, 'policies', 'README.md'), 'utf8'))
    const shell = (command: string) =>
      run('sh', ['-c', `cd '${join(EXAMPLES, '..')}' && ${command}`], {
        env: { KUBECONFIG: cluster.kubeconfig },
        timeoutMs: 180_000,
      })
    let tables = 0
    for (const { command, output } of told) {
      const { status, stdout, stderr } = await shell(command)
      assert.equal(status, 0, `${command}: ${stderr}${stdout}`)
      assert.equal(named(stdout), named(output), command)
      if (!command.startsWith(MATRIX)) continue
      tables++
      assert.doesNotMatch(stdout, /!/)
      // A node is told a moment after the API server has it.
      await eventually(`${command} --probe`, async () => {
        const probed = await shell(`${MATRIX}${command.slice(MATRIX.length).replace(' --probe', '')} --probe`)
        return (
          probed.status === 0 &&
          /all as the policies say$/m.test(probed.stdout) &&
          tableOf(probed.stdout) === tableOf(output)
        )
      })
    }
    assert.equal(tables, 7)
    const applied = told.map(({ command }) => /apply -f (\S+)/.exec(command)?.[1]).filter(Boolean)
    assert.deepEqual(
      applied,
      ['shop', 'deny-all', 'allow-dns', 'tiers', 'from-namespace', 'admin'].map(
        (name) => `examples/policies/${name}.yaml`,
      ),
    )
  },
  { timeout: 280_000 },
)
