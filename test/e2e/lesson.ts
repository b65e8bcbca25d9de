import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EXAMPLES, run } from './harness.ts'

/** A command of a page, and what stands below it. */
interface Told {
  readonly command: string
  readonly output: string
}

/** What a page below `examples/` says of each command, in order. */
export const lessonOf = (folder: string): readonly Told[] =>
  [...readFileSync(join(EXAMPLES, folder, 'README.md'), 'utf8').matchAll(/^```console\n([\s\S]*?)^```$/gm)].flatMap(
    ([, block = '']) =>
      block
        .split(/^# /m)
        .slice(1)
        .map((part) => {
          const [command = '', ...lines] = part.split('\n')
          return { command, output: lines.join('\n') }
        }),
  )

/** Does a command as the page's reader does it, in the folder of Fairlead. */
export const inFolder = (command: string, kubeconfig: string) =>
  run('sh', ['-c', `cd '${join(EXAMPLES, '..')}' && ${command}`], {
    env: { KUBECONFIG: kubeconfig },
    timeoutMs: 180_000,
  })
