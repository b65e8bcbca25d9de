import { claim, eventually, withCluster } from './harness.ts'
import { inFolder, lessonOf } from './lesson.ts'

const cluster = withCluster('lesson', ['--nodes', '2'])

const MATRIX = 'bin/fairlead policy matrix'
/** Names of a Deployment's pods end by chance. */
const named = (text: string): string => text.replace(/\b((?:web|api|db)-[0-9a-f]+)-[a-z0-9]{5}\b/g, '$1-CHANCE')
/** Without the line that says what was begun for real. */
const tableOf = (text: string): string => named(text).replace(/^\d+ connections were begun.*\n/m, '')

claim(
  'the lesson about policies is what its commands print, and real packets agree at each step',
  async (assert) => {
    const told = lessonOf('policies')
    const shell = (command: string) => inFolder(command, cluster.kubeconfig)
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
