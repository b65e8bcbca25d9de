import { constants } from 'node:os'
import { RuntimeError } from '../../runtime-error.ts'

/** What an image says of how it is run, in the words of the OCI image format; the rest of its configuration is not used. */
export interface ImageConfig {
  /** Go's names: `amd64`, `arm64`. */
  readonly architecture: string
  readonly os: string
  /** RFC 3339; '' where it does not say. */
  readonly created: string
  readonly entrypoint: readonly string[]
  readonly cmd: readonly string[]
  /** `NAME=value`. */
  readonly env: readonly string[]
  readonly workingDir: string
  /** `` (root), `name`, `uid`, `name:group`, `uid:gid`. */
  readonly user: string
  readonly stopSignal: NodeJS.Signals
  /** `80/tcp`. */
  readonly exposedPorts: readonly string[]
  /** Digests of the unpacked layers, the lowest first: `sha256:…`. */
  readonly diffIds: readonly string[]
}

/** A number, or a name with or without SIG; SIGTERM where the system has no such signal. */
const signalOf = (text: string): NodeJS.Signals => {
  const names = Object.entries(constants.signals) as [NodeJS.Signals, number][]
  const wanted = text.toUpperCase().replace(/^(?!SIG)/, 'SIG')
  return names.find(([name, number]) => String(number) === text || name === wanted)?.[0] ?? 'SIGTERM'
}

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []
const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const fields = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

/**
 * Reads an image's configuration, Docker's or OCI's, as it stands in the image. Throws RuntimeError IMAGE_CORRUPT for what
 * is none.
 */
export const parseImageConfig = (image: string, json: string): ImageConfig => {
  const whole = ((): Readonly<Record<string, unknown>> => {
    try {
      return fields(JSON.parse(json))
    } catch (cause) {
      throw new RuntimeError('IMAGE_CORRUPT', `image '${image}': its configuration is no JSON`, { cause })
    }
  })()
  const config = fields(whole.config)
  return {
    architecture: text(whole.architecture),
    os: text(whole.os),
    created: text(whole.created),
    entrypoint: texts(config.Entrypoint),
    cmd: texts(config.Cmd),
    env: texts(config.Env).filter((entry) => entry.includes('=')),
    workingDir: text(config.WorkingDir),
    user: text(config.User),
    stopSignal: signalOf(text(config.StopSignal)),
    exposedPorts: Object.keys(fields(config.ExposedPorts)),
    diffIds: texts(fields(whole.rootfs).diff_ids),
  }
}
