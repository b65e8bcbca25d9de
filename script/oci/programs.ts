/** What is in the image, in one place. */

/** Bundles of dist/ that run in a cluster, with what each is made of: one whose source is not there is left out. */
export const PROGRAMS: readonly { readonly bundle: string; readonly source: string }[] = [
  { bundle: 'node.mjs', source: 'src/incluster/node/main.ts' },
  { bundle: 'controller.mjs', source: 'src/incluster/controller/main.ts' },
  { bundle: 'ask.mjs', source: 'src/incluster/ask/main.ts' },
  { bundle: 'probe.mjs', source: 'src/incluster/probe/main.ts' },
  { bundle: 'cleanup.mjs', source: 'src/incluster/cleanup/main.ts' },
  { bundle: 'gateway.cjs', source: 'src/gateway/main.ts' },
]

/** Where they lie in the image. */
export const FOLDER = 'opt/fairlead'

/** The proxy of gateways, in the image where it is on the machine. */
export const PROXY = 'usr/sbin/haproxy'

/** What programs load by its name while they run. */
export const LOADED_LIBRARIES: readonly string[] = ['libnftables.so.1']

/** What npm packages a bundle leaves outside: koffi, without the sources and the other platforms that come with it. */
export const koffiFiles = (npm: string): readonly string[] => [
  'koffi/package.json',
  'koffi/index.cjs',
  'koffi/src/koffi/index.cjs',
  'koffi/src/koffi/src/static.cjs',
  'koffi/src/koffi/src/trampolines.cjs',
  `@koromix/koffi-linux-${npm}/package.json`,
  `@koromix/koffi-linux-${npm}/index.js`,
  `@koromix/koffi-linux-${npm}/linux_${npm}/koffi.node`,
]

/** Certificates of public authorities, for gateways whose backends have one of theirs: here, and where OpenSSL looks. */
export const AUTHORITIES = { from: 'etc/ssl/certs/ca-certificates.crt', to: 'usr/lib/ssl/certs/ca-certificates.crt' }

export const LINKS: Readonly<Record<string, string>> = {
  bin: 'usr/bin',
  // The gateway's bundle has this name for what is its own.
  fairlead: FOLDER,
  sbin: 'usr/sbin',
  lib: 'usr/lib',
  lib64: 'usr/lib64',
  'var/run': '../run',
}

/** Modes of folders that every program looks for. */
export const FOLDERS: Readonly<Record<string, number>> = {
  dev: 0o755,
  etc: 0o755,
  proc: 0o755,
  root: 0o700,
  run: 0o755,
  // Mount point of what the containers of a gateway's pod share; src/routes/data-plane.ts has the name too.
  'run/gateway': 0o755,
  sys: 0o755,
  tmp: 0o1777,
  'usr/bin': 0o755,
  'usr/lib64': 0o755,
  'usr/sbin': 0o755,
  var: 0o755,
}

export const TEXTS: Readonly<Record<string, string>> = {
  'etc/passwd': 'root:x:0:0:root:/root:/sbin/nologin\nfairlead:x:65532:65532:fairlead:/:/sbin/nologin\n',
  'etc/group': 'root:x:0:\nfairlead:x:65532:\n',
  'etc/nsswitch.conf': 'hosts: files dns\n',
}

/** How the image is run where a pod does not say otherwise. */
export const CONFIG = {
  Env: ['PATH=/usr/bin:/usr/sbin'],
  Entrypoint: ['/usr/bin/node', '--disable-warning=ExperimentalWarning', `/${FOLDER}/start.mjs`],
  WorkingDir: '/',
}
