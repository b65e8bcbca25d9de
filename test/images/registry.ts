import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Why tests with a registry are skipped; undefined where Debian's docker-registry is here. */
export const NO_REGISTRY =
  spawnSync('docker-registry', ['--version']).status === 0
    ? undefined
    : 'docker-registry is not installed: script/setup --tests brings it'

/** What `htpasswd -B` writes for the password `secret`. */
const SECRET = '$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a'

interface Registry {
  readonly address: string
  /** Below it lie its blobs. */
  readonly folder: string
  stop(): Promise<void>
}

/** Starts a registry on loopback, and waits until it answers; `user`: it asks for that login, with the password `secret`. */
export const startRegistry = async (folder: string, port: number, user?: string): Promise<Registry> => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'htpasswd'), `${user}:${SECRET}\n`)
  const config = {
    version: 0.1,
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(folder, 'data') } },
    http: { addr: `127.0.0.1:${port}` },
    ...(user !== undefined && { auth: { htpasswd: { realm: 'test', path: join(folder, 'htpasswd') } } }),
  }
  // JSON is YAML.
  writeFileSync(join(folder, 'config.yml'), JSON.stringify(config))
  const child: ChildProcess = spawn('docker-registry', ['serve', join(folder, 'config.yml')], { stdio: 'ignore' })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  for (let tries = 0; !(await answers(port)); tries++) {
    if (tries > 200) throw new Error('the registry does not answer')
    await sleep(50)
  }
  return {
    address: `127.0.0.1:${port}`,
    folder: join(folder, 'data'),
    stop: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })

/** Copies an image by skopeo: `oci:FOLDER` → `docker://…`. */
export const push = (source: string, target: string, ...flags: readonly string[]): void => {
  const words = ['--insecure-policy', 'copy', '--quiet', '--dest-tls-verify=false', ...flags, source, target]
  const { status, stderr } = spawnSync('skopeo', words, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`skopeo: ${stderr}`)
}
