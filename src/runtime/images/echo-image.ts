import { createHash } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'

import { RuntimeError } from '../runtime-error.ts'
import { withoutApplets } from './applets.ts'
import { buildOnce } from './build-once.ts'
import { ECHO_SCRIPTS } from './echo-scripts.ts'
import type { Image, ImageSource, ImageSourceOptions } from './image.ts'
import { isBuiltIn } from './image-reference.ts'
import { mappedLibraries } from './mapped-libraries.ts'

const BUSYBOX = ['/bin/busybox', '/usr/bin/busybox', '/usr/local/bin/busybox']
const APPLETS =
  'sh ash cat ls cp mv rm mkdir rmdir ln touch echo env sleep true false test [ head tail grep sed awk sort uniq wc cut tr tee find xargs ps kill top free df du mount id whoami hostname uname date seq expr basename dirname readlink stat od hexdump md5sum sha256sum base64 gzip gunzip tar vi less watch timeout time yes dd which ip ifconfig route netstat ping ping6 traceroute telnet nproc chmod chown mktemp printf pwd stty tty clear'.split(
    ' ',
  )
/** Verbs of the program that are programs of the image. */
const TOOLS = ['curl', 'grpcurl', 'nslookup']
/** The program writes here as soon as it listens; src/echo/main.ts has the name too. */
const STARTED_FILE = '/fairlead/started'
/** The program reads here which pod it is in. */
const ANNOTATIONS_FILE = '/fairlead/annotations.json'

/** `fairlead/echo`, any tag: busybox, our own Node.js binary and the echo program over an empty root. */
export function echoImageSource(options: ImageSourceOptions): ImageSource {
  let image: Promise<Image> | undefined
  return {
    name: 'echo',
    offers: 'fairlead/echo',
    list: () => [{ names: ['fairlead/echo:latest'], sizeBytes: 0 }],
    async resolve(_, reference) {
      if (!isBuiltIn(reference, 'fairlead/echo')) return undefined
      image ??= makeEcho(options).catch((error: unknown) => {
        // A failure is not kept: a missing package may have been installed by the next try.
        image = undefined
        throw error
      })
      return await image
    },
  }
}

async function makeEcho({ folder, echoProgram }: ImageSourceOptions): Promise<Image> {
  const program = echoProgram ?? findEchoProgram()
  const busybox = BUSYBOX.find((path) => existsSync(path))
  if (busybox === undefined) {
    throw new RuntimeError(
      'IMAGE_UNAVAILABLE',
      'image fairlead/echo: busybox is missing: apt-get install busybox-static',
    )
  }
  const development = program.endsWith('.ts')
  const entry = development ? 'echo.js' : 'echo.cjs'
  const flags = development ? ['--disable-warning=ExperimentalWarning'] : []
  const entrypoint = ['/bin/node', ...flags, `/fairlead/${entry}`]
  const libraries = mappedLibraries(readFileSync('/proc/self/maps', 'utf8'))
  const identity = createHash('sha256').update(JSON.stringify([TOOLS, ECHO_SCRIPTS]))
  for (const path of [program, busybox, process.execPath, ...libraries]) {
    const { size, mtimeMs } = statSync(path)
    identity.update(`${path} ${size} ${mtimeMs}\n`)
  }
  const id = identity.digest('hex')
  const root = join(folder, `echo-${id.slice(0, 16)}`)
  buildOnce(root, (draft) => {
    for (const path of [
      'bin',
      'dev',
      'etc',
      'fairlead',
      'proc',
      'root',
      'run',
      'sys',
      'tmp',
      'usr',
      'var',
      'var/run',
    ]) {
      mkdirSync(join(draft, path))
    }
    // Past the umask: everybody writes there, and only root here.
    chmodSync(join(draft, 'tmp'), 0o1777)
    chmodSync(join(draft, 'root'), 0o700)
    symlinkSync('../bin', join(draft, 'usr/bin'))
    copyFileSync(busybox, join(draft, 'bin/busybox'))
    // Its programs run one another without a look at PATH, and would not find our scripts.
    const applets = withoutApplets(readFileSync(busybox), ['busybox', ...TOOLS, ...Object.keys(ECHO_SCRIPTS)])
    writeFileSync(join(draft, 'fairlead/busybox'), applets, { mode: 0o755 })
    for (const applet of APPLETS) symlinkSync('../fairlead/busybox', join(draft, 'bin', applet))
    for (const library of libraries) {
      mkdirSync(join(draft, dirname(library)), { recursive: true })
      copyFileSync(library, join(draft, library))
      // Mapped is libstdc++.so.6.0.30; what the binary asks for is libstdc++.so.6.
      const soname = /^.*\.so\.\d+/.exec(library)?.[0]
      if (soname !== undefined && soname !== library) symlinkSync(basename(library), join(draft, soname))
    }
    for (const file of [STARTED_FILE, ANNOTATIONS_FILE]) writeFileSync(join(draft, file), '')
    const scripts: Record<string, string> = { ...ECHO_SCRIPTS }
    for (const tool of TOOLS) scripts[tool] = `#!/bin/sh\nexec ${entrypoint.join(' ')} ${tool} "$@"\n`
    // Manifests and probes that were written for agnhost name their program by this path.
    writeFileSync(join(draft, 'agnhost'), `#!/bin/sh\nexec ${entrypoint.join(' ')} "$@"\n`, { mode: 0o755 })
    // Never through a link to busybox.
    for (const [name, text] of Object.entries(scripts))
      writeFileSync(join(draft, 'bin', name), text, { mode: 0o755, flag: 'wx' })
    // Mount point of the Node.js binary: 120 MB that are not copied.
    writeFileSync(join(draft, 'bin/node'), '', { mode: 0o755 })
    writeFileSync(
      join(draft, 'etc/passwd'),
      'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n',
    )
    writeFileSync(join(draft, 'etc/group'), 'root:x:0:\ntty:x:5:\nnogroup:x:65534:\n')
    writeFileSync(join(draft, 'etc/nsswitch.conf'), 'hosts: files dns\n')
    for (const file of ['hosts', 'hostname', 'resolv.conf']) writeFileSync(join(draft, 'etc', file), '')
    writeFileSync(join(draft, 'fairlead/package.json'), '{"type":"module"}\n')
    if (development) {
      mkdirSync(join(draft, 'fairlead/echo'))
      writeFileSync(join(draft, 'fairlead', entry), `import './echo/${basename(program)}'\n`)
    } else {
      copyFileSync(program, join(draft, 'fairlead', entry))
      // Pods need not run as root, and whoever built it may have kept it to himself.
      chmodSync(join(draft, 'fairlead', entry), 0o644)
    }
  })
  const extraMounts = [{ source: process.execPath, destination: '/bin/node', readOnly: true }]
  if (development) extraMounts.push({ source: dirname(program), destination: '/fairlead/echo', readOnly: true })
  return {
    id: `sha256:${id}`,
    sizeBytes: 0,
    origin: 'local',
    access: 'all',
    lowerDirs: [root],
    overlays: [],
    entrypoint,
    cmd: [],
    env: ['PATH=/bin'],
    workingDir: '/',
    user: '',
    stopSignal: 'SIGTERM',
    extraMounts,
    tmpfs: [],
    startedFile: STARTED_FILE,
    annotationsFile: ANNOTATIONS_FILE,
  }
}

/** dist/echo.cjs beside package.json, unless the sources are newer: then src/echo/main.ts, run by type stripping. */
function findEchoProgram(): string {
  let folder = import.meta.dirname
  while (!existsSync(join(folder, 'package.json')) && folder !== '/') folder = dirname(folder)
  const bundle = join(folder, 'dist/echo.cjs')
  const sources = join(folder, 'src/echo')
  const bundled = statSync(bundle, { throwIfNoEntry: false })?.mtimeMs ?? 0
  const names = existsSync(join(sources, 'main.ts')) ? readdirSync(sources, { encoding: 'utf8', recursive: true }) : []
  const newest = Math.max(0, ...names.map((name) => statSync(join(sources, name)).mtimeMs))
  if (bundled === 0 && names.length === 0) {
    throw new RuntimeError(
      'IMAGE_UNAVAILABLE',
      `image fairlead/echo: neither ${bundle} nor ${sources}/main.ts is there: build Fairlead again`,
    )
  }
  return bundled >= newest ? bundle : join(sources, 'main.ts')
}
