import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Image, ImageSource, ImageSourceOptions } from '../image.ts'
import { withoutApplets } from './applets.ts'
import { buildOnce } from './build-once.ts'
import { ECHO_SCRIPTS } from './echo-scripts.ts'
import { mappedLibraries } from './mapped-libraries.ts'
import { builtInProgram } from './program.ts'
import { copyLibraries, copyReadable, findBusybox, identityOf, imageOver, makeRoot } from './root.ts'
import { builtInSource } from './source.ts'

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
export const echoImageSource = (options: ImageSourceOptions): ImageSource =>
  builtInSource('echo', async () => makeEcho(options))

function makeEcho({ folder, echoProgram }: ImageSourceOptions): Image {
  const program = echoProgram ?? builtInProgram('echo', ['echo']).path
  const busybox = findBusybox('fairlead/echo')
  const development = program.endsWith('.ts')
  const entry = development ? 'echo.js' : 'echo.cjs'
  const flags = development ? ['--disable-warning=ExperimentalWarning'] : []
  const entrypoint = ['/bin/node', ...flags, `/fairlead/${entry}`]
  const libraries = mappedLibraries(readFileSync('/proc/self/maps', 'utf8'))
  const id = identityOf([program, busybox, process.execPath, ...libraries], [TOOLS, ECHO_SCRIPTS])
  const root = join(folder, `echo-${id.slice(0, 16)}`)
  buildOnce(root, (draft) => {
    makeRoot(draft)
    copyFileSync(busybox, join(draft, 'bin/busybox'))
    // Its programs run one another without a look at PATH, and would not find our scripts.
    const applets = withoutApplets(readFileSync(busybox), ['busybox', ...TOOLS, ...Object.keys(ECHO_SCRIPTS)])
    writeFileSync(join(draft, 'fairlead/busybox'), applets, { mode: 0o755 })
    for (const applet of APPLETS) symlinkSync('../fairlead/busybox', join(draft, 'bin', applet))
    copyLibraries(draft, libraries)
    for (const file of [STARTED_FILE, ANNOTATIONS_FILE]) writeFileSync(join(draft, file), '')
    const scripts: Record<string, string> = { ...ECHO_SCRIPTS }
    for (const tool of TOOLS) scripts[tool] = `#!/bin/sh\nexec ${entrypoint.join(' ')} ${tool} "$@"\n`
    // Manifests and probes that were written for agnhost name their program by this path.
    writeFileSync(join(draft, 'agnhost'), `#!/bin/sh\nexec ${entrypoint.join(' ')} "$@"\n`, { mode: 0o755 })
    // Never through a link to busybox.
    for (const [name, text] of Object.entries(scripts))
      writeFileSync(join(draft, 'bin', name), text, { mode: 0o755, flag: 'wx' })
    writeFileSync(join(draft, 'fairlead/package.json'), '{"type":"module"}\n')
    if (development) {
      mkdirSync(join(draft, 'fairlead/echo'))
      writeFileSync(join(draft, 'fairlead', entry), `import './echo/${basename(program)}'\n`)
    } else copyReadable(program, join(draft, 'fairlead', entry))
  })
  return imageOver(root, id, {
    entrypoint,
    cmd: [],
    user: '',
    stopSignal: 'SIGTERM',
    extraMounts: development ? [{ source: dirname(program), destination: '/fairlead/echo', readOnly: true }] : [],
    startedFile: STARTED_FILE,
    annotationsFile: ANNOTATIONS_FILE,
  })
}
