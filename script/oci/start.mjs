// The image's entry point: `node`, `controller`, `ask`, `probe`, `driver` or `haproxy`, and its arguments. The process
// becomes that program, with its number, so that it is the one whom signals reach.
import { existsSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'

const FOLDER = import.meta.dirname
const RUN = '/run/gateway'
const [word = '', ...words] = process.argv.slice(2)

const become = (program, ...args) => process.execve(program, [program, ...args], process.env)

const verbs = {
  async haproxy() {
    // The kernel drops signals that the first process of a container does not handle.
    for (const signal of ['SIGUSR1', 'SIGTERM']) process.on(signal, () => process.exit(0))
    while (!existsSync(`${RUN}/haproxy.cfg`)) await setTimeout(50)
    become('/usr/sbin/haproxy', '-W', '-S', 'unix@master.sock,mode,600', '-C', RUN, '-f', 'haproxy.cfg')
  },
  // For preStop, where a runtime knows no other signal than SIGTERM, upon which HAProxy drops whom it serves: after so many
  // seconds it takes nothing new, and this waits until the container has ended.
  async leave() {
    await setTimeout(1000 * Number(words[0] ?? 0))
    process.kill(1, 'SIGUSR1')
    await setTimeout(2 ** 31 - 1)
  },
}

const bundle = [`${FOLDER}/${word === 'driver' ? 'gateway.cjs' : `${word}.mjs`}`].find((path) => existsSync(path))
if (Object.hasOwn(verbs, word)) await verbs[word]()
else if (/^[a-z]+$/.test(word) && word !== 'start' && bundle !== undefined)
  become(process.execPath, '--disable-warning=ExperimentalWarning', bundle, ...words)
else {
  console.error(`fairlead: no program '${word}' is in this image: one of node, controller, ask, probe, driver, haproxy`)
  process.exit(2)
}
