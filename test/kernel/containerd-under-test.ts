import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'
import { join } from 'node:path'
import { until } from './door-under-test.ts'

/** Debian's containerd, unpacked or installed; undefined where it is missing. */
export const containerdFolder = (): string | undefined =>
  [join(import.meta.dirname, '../../.debian/usr/bin'), '/usr/bin'].find((one) => existsSync(join(one, 'containerd')))

const PAUSE = 'localhost/pause:1'

const field = (number: number, value: Buffer | string): Buffer => {
  const octets = Buffer.from(value as string)
  const varint = (rest: number): number[] => (rest < 128 ? [rest] : [(rest & 127) | 128, ...varint(rest >>> 7)])
  return Buffer.concat([Buffer.from([...varint((number << 3) | 2), ...varint(octets.length)]), octets])
}

/** An image of a shell that sleeps, as `ctr images import` takes it: what a pod's sandbox runs. */
const pauseImage = (folder: string): string => {
  const blobs = join(folder, 'image/blobs/sha256')
  mkdirSync(blobs, { recursive: true })
  mkdirSync(join(folder, 'layer/bin'), { recursive: true })
  copyFileSync('/bin/busybox', join(folder, 'layer/bin/sh'))
  const blob = (mediaType: string, content: Buffer | object) => {
    const octets = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content))
    const hash = createHash('sha256').update(octets).digest('hex')
    writeFileSync(join(blobs, hash), octets)
    return { mediaType, digest: `sha256:${hash}`, size: octets.length }
  }
  const kind = 'application/vnd.oci.image'
  const tar = (from: string) => execFileSync('tar', ['-C', join(folder, from), '-c', '.'], { maxBuffer: 64 << 20 })
  const layer = blob(`${kind}.layer.v1.tar`, tar('layer'))
  const config = blob(`${kind}.config.v1+json`, {
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: { Cmd: ['/bin/sh', '-c', 'while :; do sleep 1000; done'] },
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
  })
  const manifest = blob(`${kind}.manifest.v1+json`, { schemaVersion: 2, config, layers: [layer] })
  const annotations = { 'io.containerd.image.name': PAUSE }
  const image = join(folder, 'image')
  writeFileSync(
    join(image, 'index.json'),
    JSON.stringify({ schemaVersion: 2, manifests: [{ ...manifest, annotations }] }),
  )
  writeFileSync(join(image, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
  const archive = join(folder, 'image.tar')
  writeFileSync(archive, tar('image'))
  return archive
}

/** A containerd of its own, and what a kubelet asks of it; `folders`: where it finds configurations and plugins. */
export const startContainerd = async (
  folder: string,
  programs: string,
  folders: { readonly programs: string; readonly configurations: string },
) => {
  mkdirSync(folder, { recursive: true })
  for (const one of Object.values(folders)) mkdirSync(one, { recursive: true })
  const socket = join(folder, 'c.sock')
  const cri = 'plugins."io.containerd.grpc.v1.cri"'
  writeFileSync(
    join(folder, 'config.toml'),
    `version = 2
root = "${folder}/root"
state = "${folder}/run"
[grpc]
  address = "${socket}"
[${cri}]
  sandbox_image = "${PAUSE}"
  restrict_oom_score_adj = true
  [${cri}.containerd]
    snapshotter = "native"
  [${cri}.cni]
    bin_dir = "${folders.programs}"
    conf_dir = "${folders.configurations}"
`,
  )
  const log = openSync(join(folder, 'log'), 'a', 0o600)
  const env = { ...process.env, PATH: `${programs}:${process.env.PATH}:/usr/sbin` }
  const child = spawn(join(programs, 'containerd'), ['-c', join(folder, 'config.toml')], {
    stdio: ['ignore', log, log],
    env,
  })
  const ctr = (...args: readonly string[]): boolean => {
    try {
      execFileSync(join(programs, 'ctr'), ['-a', socket, '-n', 'k8s.io', ...args], { stdio: 'pipe' })
      return true
    } catch {
      return false
    }
  }
  await until(() => existsSync(socket) && ctr('version'))
  ctr('images', 'import', '--snapshotter', 'native', pauseImage(folder))

  const session = connectHttp2('http://localhost', { createConnection: () => connect(socket) })
  /** A call of the CRI, by gRPC: rejects with what containerd says. */
  const call = async (method: string, message: Buffer): Promise<Buffer> => {
    const request = session.request({
      ':method': 'POST',
      ':path': `/runtime.v1.RuntimeService/${method}`,
      'content-type': 'application/grpc',
      te: 'trailers',
    })
    const parts: Buffer[] = []
    const end: Record<string, unknown> = {}
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('response', (headers) => Object.assign(end, headers))
    request.on('trailers', (headers) => Object.assign(end, headers))
    const head = Buffer.alloc(5)
    head.writeUInt32BE(message.length, 1)
    request.end(Buffer.concat([head, message]))
    await once(request, 'close')
    if (end['grpc-status'] !== '0') throw new Error(decodeURIComponent(String(end['grpc-message'])))
    return Buffer.concat(parts).subarray(5)
  }
  return {
    /** What it says of its network, as text that has no meaning beyond its words. */
    status: async () => (await call('Status', Buffer.alloc(0))).toString('latin1'),
    /** Gives the sandbox's id, the only field of the answer. */
    async runSandbox(namespace: string, name: string, uid: string, attempt = 0) {
      const metadata = [field(1, name), field(2, uid), field(3, namespace), Buffer.from([4 << 3, attempt])]
      const config = [field(1, Buffer.concat(metadata)), field(2, name), field(3, join(folder, 'logs')), field(8, '')]
      const answer = await call('RunPodSandbox', field(1, Buffer.concat(config)))
      return answer.subarray(2).toString()
    },
    sandboxStatus: async (id: string) => (await call('PodSandboxStatus', field(1, id))).toString('latin1'),
    stopSandbox: (id: string) => call('StopPodSandbox', field(1, id)),
    removeSandbox: (id: string) => call('RemovePodSandbox', field(1, id)),
    log: () => readFileSync(join(folder, 'log'), 'utf8'),
    async stop() {
      session.close()
      child.kill('SIGTERM')
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}
