import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { firstAnswer } from './first-answer.ts'

/** Each of its containers has a port of its own: they share our network. */
const FIRST_PORT = 20_000
const IMAGE = 'docker.io/bench/server:1'

/** Debian's containerd with runc, by its own command line. */
interface Containerd {
  /** From `ctr run` to the first answer, milliseconds, one after the other. */
  starts(archive: string, runs: number): Promise<readonly number[]>
  /** How long so many take, all asked for at once, seconds. */
  burst(count: number): Promise<number>
  pull(image: string): void
  stop(): Promise<void>
}

/** Starts it with a root of its own below `folder`; where it is not installed, says so. */
export const startContainerd = async (folder: string): Promise<Containerd | string> => {
  const [root, socket] = [join(folder, 'containerd'), join(folder, 'containerd.sock')]
  if (spawnSync('containerd', ['--version']).status !== 0)
    return 'containerd is not measured: apt-get install containerd brings it'
  const config = join(folder, 'containerd.toml')
  const unused = ['io.containerd.grpc.v1.cri', 'io.containerd.internal.v1.opt']
  writeFileSync(
    config,
    `version = 2\nroot = "${root}/root"\nstate = "${root}/state"\ndisabled_plugins = ${JSON.stringify(unused)}\n[grpc]\naddress = "${socket}"\n`,
  )
  const daemon: ChildProcess = spawn('containerd', ['-c', config], { stdio: 'ignore' })
  const ctr = (...words: readonly string[]) => {
    const { status, stderr } = spawnSync('ctr', ['-a', socket, ...words], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`ctr ${words.join(' ')}: ${stderr}`)
  }
  for (let tries = 0; spawnSync('ctr', ['-a', socket, 'version']).status !== 0; tries++) {
    if (tries > 100) throw new Error('containerd does not answer')
    await sleep(50)
  }
  let port = FIRST_PORT
  const names: string[] = []
  const run = async (): Promise<number> => {
    const own = port++
    const name = `c${own}`
    names.push(name)
    const from = performance.now()
    const words = ['-a', socket, 'run', '--detach', '--net-host', '--env', `PORT=${own}`, IMAGE, name]
    const child = spawn('ctr', words, { stdio: 'ignore' })
    const ended = new Promise<void>((resolve, reject) => {
      child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`ctr run: status ${code}`))))
    })
    await Promise.all([ended, firstAnswer('127.0.0.1', own)])
    return performance.now() - from
  }
  const remove = (name: string): void => {
    spawnSync('ctr', ['-a', socket, 'task', 'kill', '--signal', 'SIGKILL', name])
    spawnSync('ctr', ['-a', socket, 'task', 'delete', name])
    spawnSync('ctr', ['-a', socket, 'container', 'delete', name])
  }
  return {
    async starts(archive, runs) {
      ctr('images', 'import', '--index-name', IMAGE, archive)
      const times: number[] = []
      await run()
      for (let index = 0; index < runs; index++) {
        times.push(await run())
        remove(names.pop()!)
      }
      return times
    },
    async burst(count) {
      const from = performance.now()
      await Promise.all(Array.from({ length: count }, run))
      return (performance.now() - from) / 1000
    },
    pull: (image) => ctr('images', 'pull', '--plain-http', image),
    async stop() {
      for (const name of names) remove(name)
      daemon.kill('SIGTERM')
      await new Promise((resolve) => daemon.once('exit', resolve))
    },
  }
}
