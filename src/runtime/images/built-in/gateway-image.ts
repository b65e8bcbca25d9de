import { execFile } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { RuntimeError } from '../../runtime-error.ts'
import type { Image, ImageSource, ImageSourceOptions } from '../image.ts'
import { buildOnce } from './build-once.ts'
import { mappedLibraries } from './mapped-libraries.ts'
import { builtInProgram } from './program.ts'
import { copyLibraries, copyReadable, findBusybox, identityOf, imageOver, makeRoot } from './root.ts'
import { builtInSource } from './source.ts'

const HAPROXY = ['/usr/sbin/haproxy', '/usr/local/sbin/haproxy', '/usr/bin/haproxy', '/usr/local/bin/haproxy']
/** Rooms that the driver is made of. */
const ROOMS = ['gateway', 'dataplane', 'routes', 'client', 'api', 'schema', 'net', 'objects', 'clock']
/** Packages that the sources import, where no bundle has them. */
const PACKAGES = ['re2js']
const APPLETS = 'sh ash cat ls ps sleep test [ echo env grep head tail wc nc'.split(' ')
/** Certificates of public authorities, where the machine has them, and where HAProxy's library looks for them. */
const AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt'
const AUTHORITIES_HERE = 'usr/lib/ssl/certs/ca-certificates.crt'

/**
 * What the containers of a pod run: `haproxy`, which waits for its first configuration, and `driver`, which writes it.
 * src/routes/data-plane.ts has the folder's name too.
 */
const entryScript = (node: string): string => `#!/bin/sh
case $1 in
  haproxy)
    run=/run/gateway
    # The kernel drops signals that the first process of a container does not handle.
    trap 'exit 0' USR1 TERM
    until [ -f $run/haproxy.cfg ]; do sleep 0.05; done
    exec haproxy -W -S unix@master.sock,mode,600 -C $run -f haproxy.cfg
    ;;
  driver)
    shift
    exec ${node} "$@"
    ;;
  *) exec "$@" ;;
esac
`

/**
 * `fairlead/gateway`, any tag: the machine's HAProxy, what drives it on our own Node.js binary, and a shell, over an
 * empty root.
 */
export const gatewayImageSource = (options: ImageSourceOptions): ImageSource =>
  builtInSource('gateway', () => makeGateway(options))

async function makeGateway({ folder, haproxy }: ImageSourceOptions): Promise<Image> {
  const proxy = haproxy ?? HAPROXY.find((path) => existsSync(path))
  if (proxy === undefined || !existsSync(proxy))
    throw new RuntimeError('IMAGE_UNAVAILABLE', 'image fairlead/gateway: haproxy is missing: apt-get install haproxy')
  const program = builtInProgram('gateway', ROOMS)
  const busybox = findBusybox('fairlead/gateway')
  const luaFolder = join(program.top, program.isSource ? 'src/dataplane/haproxy/lua' : 'dist/lua')
  const lua = readdirSync(luaFolder).map((name) => join(luaFolder, name))
  const libraries = [...mappedLibraries(readFileSync('/proc/self/maps', 'utf8')), ...(await linkedLibraries(proxy))]
  const entry = entryScript(
    program.isSource
      ? '/bin/node --disable-warning=ExperimentalWarning /fairlead/src/gateway/main.ts'
      : '/bin/node /fairlead/gateway.cjs',
  )
  const id = identityOf([program.path, ...lua, busybox, proxy, process.execPath, ...libraries], [entry, APPLETS])
  const shown = program.isSource ? ['src', ...PACKAGES.map((one) => `node_modules/${one}`)] : []
  const root = join(folder, `gateway-${id.slice(0, 16)}`)
  buildOnce(root, (draft) => {
    const at = (path: string): string => join(draft, path)
    makeRoot(draft)
    copyFileSync(busybox, at('bin/busybox'))
    for (const applet of APPLETS) symlinkSync('busybox', at(`bin/${applet}`))
    copyFileSync(proxy, at('bin/haproxy'))
    copyLibraries(draft, libraries)
    if (existsSync(AUTHORITIES)) {
      mkdirSync(dirname(at(AUTHORITIES_HERE)), { recursive: true })
      copyReadable(AUTHORITIES, at(AUTHORITIES_HERE))
    }
    // Mount point of the folder that both containers see.
    mkdirSync(at('run/gateway'))
    writeFileSync(at('fairlead/entry'), entry, { mode: 0o755 })
    mkdirSync(at('fairlead/lua'))
    for (const path of lua) copyReadable(path, at(`fairlead/lua/${basename(path)}`))
    if (program.isSource) {
      copyReadable(join(program.top, 'package.json'), at('fairlead/package.json'))
      for (const name of shown) mkdirSync(at(`fairlead/${name}`), { recursive: true })
    } else copyReadable(program.path, at(`fairlead/${basename(program.path)}`))
  })
  return imageOver(root, id, {
    entrypoint: ['/bin/sh', '/fairlead/entry'],
    cmd: ['driver'],
    user: '65532:65532',
    // HAProxy takes nothing new then, and ends when those that it talks to have been served.
    stopSignal: 'SIGUSR1',
    extraMounts: shown.map((name) => ({
      source: realpathSync(join(program.top, name)),
      destination: `/fairlead/${name}`,
      readOnly: true,
    })),
  })
}

/** Libraries that a program of the machine asks its loader for, by the paths that it finds them at. */
async function linkedLibraries(program: string): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)('ldd', [program])
  return Array.from(stdout.matchAll(/=> (\/\S+) \(0x/g), ([, path]) =>
    // On merged-/usr systems /lib is a link, and in an image it is none.
    join(realpathSync(dirname(path!)), basename(path!)),
  ).sort()
}
