import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dockerArchive } from '../../images/make-image.ts'
import { busybox, perl } from './busybox.ts'
import { LayerFolder } from './layer.ts'
import { nginx, nginxUnprivileged } from './nginx.ts'
import { programs, python } from './python.ts'
import { redis } from './redis.ts'

/** Puts the files of a layer into its folder; throws where the machine has not what it needs. */
type Recipe = (folder: LayerFolder) => void

/** An image under all of its names; its layers, the lowest first; how it is run, in the words of its configuration. */
interface Image {
  readonly names: readonly string[]
  readonly layers: readonly Recipe[]
  readonly config: Readonly<Record<string, unknown>> & { readonly Env?: readonly string[] }
}

const WITH_PYTHON = [busybox, python, programs]
/** One of the programs of ours, as an image's only one. */
const program = (names: readonly string[], name: string, config: Image['config'] = {}): Image => ({
  names,
  layers: WITH_PYTHON,
  config: { Cmd: ['python3', `/usr/lib/programs/${name}.py`], ...config },
})

const SERVE_NGINX = { Cmd: ['nginx', '-g', 'daemon off;'], StopSignal: 'SIGQUIT' }
const SHOP = 'ad cart checkout currency email payment productcatalog recommendation shipping'
const shopImage = (service: string): Image =>
  program([`registry.example.com/shop/${service}:v0.10.2`], 'shop', { Env: [`SERVICE=${service}`] })

const IMAGES: readonly Image[] = [
  {
    names: ['busybox:1.36', 'busybox:latest', 'registry.k8s.io/busybox', 'busybox:1.28', 'alpine:3.20'],
    layers: [busybox],
    config: { Cmd: ['sh'] },
  },
  { names: ['perl:5.34.0'], layers: [busybox, perl], config: { Cmd: ['perl'] } },
  { names: ['python:3.12-slim'], layers: WITH_PYTHON, config: { Cmd: ['python3'] } },
  program(['registry.k8s.io/e2e-test-images/agnhost:2.53'], 'agnhost', {
    Entrypoint: ['python3', '/usr/lib/programs/agnhost.py'],
    Cmd: ['pause'],
  }),
  {
    names: ['redis:7', 'redis:alpine', 'registry.k8s.io/redis:e2e'],
    layers: [busybox, redis],
    config: {
      Entrypoint: ['docker-entrypoint.sh'],
      Cmd: ['redis-server', '--protected-mode', 'no', '--repl-diskless-sync-delay', '0'],
      WorkingDir: '/data',
      ExposedPorts: { '6379/tcp': {} },
    },
  },
  {
    names: ['us-docker.pkg.dev/google-samples/containers/gke/gb-redis-follower:v2'],
    layers: [busybox, redis],
    config: {
      Cmd: ['redis-server', '--protected-mode', 'no', '--replicaof', 'redis-leader', '6379'],
      WorkingDir: '/data',
    },
  },
  {
    names: ['nginx:1.27', 'nginx:1.27-alpine', 'nginx:latest'],
    layers: [busybox, nginx],
    config: { ...SERVE_NGINX, ExposedPorts: { '80/tcp': {} } },
  },
  {
    names: ['nginxinc/nginx-unprivileged:1.27-alpine'],
    layers: [busybox, nginx, nginxUnprivileged],
    config: { ...SERVE_NGINX, User: '101' },
  },
  program(['us-docker.pkg.dev/google-samples/containers/gke/gb-frontend:v5'], 'guestbook'),
  program(['mysql:8.0'], 'database', { Cmd: ['python3', '/usr/lib/programs/database.py', 'mysql'] }),
  program(['postgres:15-alpine'], 'database', { Cmd: ['python3', '/usr/lib/programs/database.py', 'postgres'] }),
  program(['wordpress:6-apache'], 'wordpress', { WorkingDir: '/var/www/html' }),
  program(['dockersamples/examplevotingapp_vote'], 'vote'),
  program(['dockersamples/examplevotingapp_worker'], 'vote_worker'),
  program(['dockersamples/examplevotingapp_result'], 'vote_result'),
  program(['registry.k8s.io/kubernetes-zookeeper:1.0-3.4.10'], 'zookeeper'),
  program(['quay.io/prometheus/node-exporter:v1.8.2'], 'exporter', { User: 'nobody' }),
  ...['frontend', ...SHOP.split(' ').map((name) => `${name}service`)].map(shopImage),
]

const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

interface MadeImages {
  /** As `docker save` writes it. */
  readonly archive: string
  /** Images that could not be made here, by name, and why. */
  readonly missing: ReadonlyMap<string, string>
}

/** Makes every image that the manifests name, in an empty folder. */
export const makeImages = (folder: string): MadeImages => {
  const made = new Map<Recipe, { readonly tar: Uint8Array } | { readonly fault: string }>()
  const layerOf = (recipe: Recipe) => {
    const known = made.get(recipe)
    if (known !== undefined) return known
    const files = new LayerFolder(join(folder, recipe.name))
    let layer: { readonly tar: Uint8Array } | { readonly fault: string }
    try {
      recipe(files)
      layer = { tar: files.tar() }
    } catch (error) {
      layer = { fault: (error as Error).message }
    }
    made.set(recipe, layer)
    return layer
  }
  const missing = new Map<string, string>()
  const whole = IMAGES.flatMap(({ names, layers, config }) => {
    const tars = layers.map(layerOf)
    const fault = tars.find((layer) => 'fault' in layer)?.fault
    for (const name of names) if (fault !== undefined) missing.set(name, fault)
    return fault === undefined
      ? [
          {
            tags: names,
            layers: tars.filter((layer) => 'tar' in layer),
            config: { ...config, Env: [PATH, ...(config.Env ?? [])] },
          },
        ]
      : []
  })
  const archive = join(folder, 'images.tar')
  writeFileSync(archive, dockerArchive(whole))
  return { archive, missing }
}
